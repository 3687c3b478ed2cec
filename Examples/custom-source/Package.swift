// swift-tools-version: 6.2
import PackageDescription

// A package of one's own: the whole command `aggregator`, with one more kind of source in it.
let package = Package(
    name: "weather",
    dependencies: [.package(name: "aggregator", path: "../..")],
    targets: [
        .executableTarget(name: "weather", dependencies: [.product(name: "Aggregator", package: "aggregator")])
    ],
    swiftLanguageModes: [.v6]
)
