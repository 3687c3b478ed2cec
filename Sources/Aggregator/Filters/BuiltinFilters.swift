/// The kinds of filter steps that come with the library. A program with kinds of its own adds them to this list.
public let builtinFilters: [any Filter.Type] = [
    WhereFilter.self,
    SetFilter.self,
    UnsetFilter.self,
    RenameFilter.self,
    PickFilter.self,
    TypeFilter.self,
    SplitFilter.self,
    SampleFilter.self,
    ThrottleFilter.self,
    DedupeFilter.self,
    DebounceFilter.self,
    LatestFilter.self,
    WindowFilter.self,
    RedactFilter.self,
    LookupFilter.self,
]
