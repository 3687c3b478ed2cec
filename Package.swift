// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Builds that check something are asked for by the environment: `make sanitize`, `make fuzz`.
func isWanted(_ name: String) -> Bool { ProcessInfo.processInfo.environment[name] == "1" }

// One strictness for all of our own code: Swift 6, every warning an error.
let swift: [SwiftSetting] =
    [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]
    // A lock that ThreadSanitizer understands (Tests/SanitizerMutex), seen from files that import the usual one.
    + (isWanted("AGGREGATOR_TSAN")
        ? [.define("AGGREGATOR_TSAN")] : [.enableUpcomingFeature("MemberImportVisibility")])
// libuv 1.44's header needs GNU C.
let c: [CSetting] = [
    .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"), .enableWarning("shadow"),
    .enableWarning("conversion"), .define("_GNU_SOURCE"),
]

let package = Package(
    name: "aggregator",
    products: [
        .executable(name: "aggregator", targets: ["Main"]),
        .library(name: "Aggregator", targets: ["Aggregator", "SourcesBuiltin", "AggregatorCommand"]),
        // For the tests of one's own sources and filters.
        .library(name: "AggregatorTesting", targets: ["AggregatorTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    ],
    targets: [
        // What Debian ships (see `make deps`).
        .systemLibrary(name: "CLibuv", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
        .systemLibrary(name: "CLibyaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CRE2System", pkgConfig: "re2", providers: [.apt(["libre2-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(
            name: "CLlhttp", cSettings: [.disableWarning("everything"), .define("LLHTTP_STRICT_MODE", to: "1")]),
        .target(name: "CRE2", dependencies: ["CRE2System"], cxxSettings: [.enableWarning("all")]),

        // The hot path, in C.
        .target(
            name: "CEventLoop", dependencies: ["CLibuv", "CLlhttp"], cSettings: c),

        // The rest, in Swift.
        .target(name: "Expressions", dependencies: ["CRE2"], swiftSettings: swift),
        .target(
            name: "Aggregator",
            dependencies: ["CEventLoop", "CLibyaml", "Expressions", .product(name: "Logging", package: "swift-log")],
            swiftSettings: swift),
        .target(name: "CChildProcess", cSettings: c),
        .target(name: "CFileBirth", cSettings: c),
        .target(
            name: "SourcesBuiltin",
            dependencies: [
                "Aggregator", "CChildProcess", "CFileBirth", "CCurl", "COpenSSL", "CZlib",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Sources-Builtin", swiftSettings: swift),
        .target(
            name: "AggregatorCommand",
            dependencies: [
                "Aggregator", "Expressions", .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Command", swiftSettings: swift),
        .executableTarget(
            name: "Main", dependencies: ["AggregatorCommand", "Aggregator", "SourcesBuiltin"], swiftSettings: swift),

        .target(
            name: "AggregatorTesting",
            dependencies: ["Aggregator", .product(name: "Logging", package: "swift-log")],
            path: "Sources/Testing", swiftSettings: swift),

        // Tests mirror Sources; Promises go from a pipeline file in to bytes on a socket out.
        .target(name: "TestSupport", path: "Tests/Support", swiftSettings: swift),
        .target(name: "CEventLoopInternals", dependencies: ["CEventLoop"], path: "Tests/CEventLoopInternals"),
        .testTarget(
            name: "CEventLoopTests", dependencies: ["CEventLoop", "CEventLoopInternals", "TestSupport"],
            swiftSettings: swift),
        .executableTarget(
            name: "ExpressionsBenchmark", dependencies: ["Expressions", "Aggregator", "AggregatorTesting"],
            path: "Benchmarks/Expressions",
            swiftSettings: swift),
        .testTarget(name: "ExpressionsTests", dependencies: ["Expressions"], swiftSettings: swift),
        .testTarget(
            name: "AggregatorTests", dependencies: ["Aggregator", "AggregatorTesting", "Expressions", "TestSupport"],
            swiftSettings: swift),
        .testTarget(
            name: "SourcesBuiltinTests",
            dependencies: [
                "SourcesBuiltin", "Aggregator", "CZlib", "AggregatorTesting", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift),
        .testTarget(
            name: "PromiseTests",
            dependencies: [
                "Aggregator", "SourcesBuiltin", "TestSupport", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swift),
        .executableTarget(
            name: "FanoutInstructions", dependencies: ["CEventLoop"], path: "Tests/Instructions",
            cSettings: c + [.headerSearchPath("../../Sources/CEventLoop")]),
        .executableTarget(
            name: "StepLoad", dependencies: ["Aggregator", "AggregatorTesting"], path: "Tests/StepLoad",
            swiftSettings: swift),
        .testTarget(
            name: "CommandTests", dependencies: ["AggregatorCommand", "SourcesBuiltin", "Main", "TestSupport"],
            swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11,
    cxxLanguageStandard: .gnucxx17
)

func fuzzer(_ name: String, of target: String, _ source: String) -> Target {
    .executableTarget(
        name: name, dependencies: [.byName(name: target), "FuzzDriver"], path: "Fuzz", sources: [source],
        swiftSettings: swift + [.unsafeFlags(["-parse-as-library"])],
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])])
}

for target in package.targets {
    let isSwift = target.swiftSettings != nil
    // UndefinedBehaviorSanitizer, for C: SwiftPM itself knows address and thread only.
    if isWanted("AGGREGATOR_UBSAN"), target.name == "CEventLoop" {
        let flags = ["-fsanitize=undefined", "-fno-sanitize=function", "-fno-sanitize-recover=undefined"]
        target.cSettings = c + [.unsafeFlags(flags)]
        target.linkerSettings = [.unsafeFlags(["-Xclang-linker", "-fsanitize=undefined"])]
    }
    if isWanted("AGGREGATOR_TSAN"), isSwift { target.dependencies.append("SanitizerMutex") }
    // Count what the fuzzers reach.
    if isWanted("AGGREGATOR_FUZZ"), isSwift { target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer"])) }
}
if isWanted("AGGREGATOR_TSAN") {
    package.targets.append(.target(name: "SanitizerMutex", path: "Tests/SanitizerMutex", swiftSettings: swift))
}
if isWanted("AGGREGATOR_FUZZ") {
    package.targets.append(.target(name: "FuzzDriver", path: "Fuzz/Driver", swiftSettings: swift))
    package.targets.append(fuzzer("PipelineFileFuzz", of: "Aggregator", "pipelinefile_fuzz.swift"))
    package.targets.append(fuzzer("ExpressionsFuzz", of: "Expressions", "expressions_fuzz.swift"))
    package.targets.append(fuzzer("TypesFuzz", of: "Aggregator", "types_fuzz.swift"))
}
