/// The kinds of filter steps that come with the library. A program with kinds of its own adds them to this list.
public let builtinFilters: [any Filter.Type] = [
    WhereFilter.self,
    SetFilter.self,
    SampleFilter.self,
    ThrottleFilter.self,
    DedupeFilter.self,
    DebounceFilter.self,
    LatestFilter.self,
]
