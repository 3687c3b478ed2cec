// swift-tools-version: 6.2
import PackageDescription

// The benchmark is a package of its own: who builds the hub does not build its yardsticks.

// As strict as the hub's own C: every warning is an error.
let c: [CSetting] = [
    .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"), .enableWarning("shadow"),
    .enableWarning("conversion"), .define("_GNU_SOURCE"),
]

let package = Package(
    name: "Benchmarks",
    products: [
        .executable(name: "load", targets: ["Load"]),
        .executable(name: "raw", targets: ["Raw"]),
    ],
    targets: [
        // Opens many subscriptions, publishes, and checks, counts and times every event that arrives.
        .executableTarget(name: "Load", cSettings: c),
        // The yardstick: a bare epoll server that does nothing but fan out.
        .executableTarget(name: "Raw", cSettings: c),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11
)
