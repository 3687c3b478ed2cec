// swift-tools-version: 6.2
import PackageDescription

// The benchmark is a package of its own: who builds the hub does not build its yardsticks.

// As strict as the hub's own code: every warning is an error.
let c: [CSetting] = [
    .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"), .enableWarning("shadow"),
    .enableWarning("conversion"), .define("_GNU_SOURCE"),
]
let swift: [SwiftSetting] = [
    .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "Benchmarks",
    products: [
        .executable(name: "bench", targets: ["Bench"]),
        .executable(name: "burst", targets: ["Burst"]),
        .library(name: "counting", type: .dynamic, targets: ["Counting"]),
        .executable(name: "load", targets: ["Load"]),
        .executable(name: "raw", targets: ["Raw"]),
    ],
    dependencies: [
        .package(name: "aggregator", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    ],
    targets: [
        // Runs the contestants against each other, and says what came out.
        .executableTarget(
            name: "Bench", dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: swift),
        // The hub with one more source, which emits as fast as the pipeline takes.
        .executableTarget(
            name: "Burst", dependencies: [.product(name: "Aggregator", package: "aggregator")], swiftSettings: swift),
        // Preloaded into a server, counts what it allocates and copies.
        .target(name: "Counting", cSettings: c),
        // Opens many subscriptions, publishes, and checks, counts and times every event that arrives.
        .executableTarget(name: "Load", cSettings: c),
        // The yardstick: a bare epoll server that does nothing but fan out.
        .executableTarget(name: "Raw", cSettings: c),
        .testTarget(name: "BenchTests", dependencies: ["Bench"], swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11
)
