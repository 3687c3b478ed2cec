import AggregatorCommand
import SourcesBuiltin

@main struct Main {
    static func main() async { await AggregatorCommand.main(sources: builtinSources + [Burst.self]) }
}
