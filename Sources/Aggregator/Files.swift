/// Notices of changed files: inotify where it works, else nothing (then poll).
public struct FileWatcher: Sendable {
    /// Notices for one pipeline.
    public init() {}
}
