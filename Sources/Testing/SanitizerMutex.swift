#if AGGREGATOR_TSAN
    import SanitizerMutex

    // Hides the standard library's of that name; why is said there.
    typealias Mutex<Value: ~Copyable> = SanitizerMutex.Mutex<Value>
#endif
