import ArgumentParser

/// `aggregator completion SHELL`.
struct Completion: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a script that completes this command in a shell.",
        discussion: """
            bash:  aggregator completion bash > ~/.local/share/bash-completion/completions/aggregator
            zsh:   aggregator completion zsh > ~/.zfunc/_aggregator      (with ~/.zfunc in fpath)
            fish:  aggregator completion fish > ~/.config/fish/completions/aggregator.fish
            """)

    /// The shells there are scripts for.
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish

        var completion: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "bash, zsh or fish.") var shell: Shell

    func run() async throws { print(Root.completionScript(for: shell.completion), to: .result) }
}
