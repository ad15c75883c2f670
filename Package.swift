// swift-tools-version: 6.1
import PackageDescription

// On for every target from the first commit; see docs/adr/0001-layout-and-language-mode.md.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func library(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func program(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency] = []) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdHTTP2: Target.Dependency = .product(name: "HummingbirdHTTP2", package: "hummingbird")

let package = Package(
    name: "florin",
    products: [
        .executable(name: "florind", targets: ["florind"]),
        .executable(name: "florinctl", targets: ["florinctl"]),
        .executable(name: "florin-sandbox", targets: ["florin-sandbox"]),
        .executable(name: "florin-simulators", targets: ["florin-simulators"]),
        // For measurements only.
        .library(name: "florin-slow-sync", type: .dynamic, targets: ["FlorinSlowSync"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // The core: no NIO, Hummingbird, GRDB, Foundation or C.
        library("Primitives"),
        library("Ledger", ["Primitives"]),
        library("Payments", ["Ledger", "Primitives"]),
        library("Ports", ["Payments", "Ledger", "Primitives"]),
        library("Engine", ["Ports", "Payments", "Ledger", "Primitives"]),

        // What is measured: counters and histograms without dependencies; the page they are shown on, and logs.
        library("Instruments"),
        library("Observability", ["Instruments", "Ports", "Payments", "Primitives", logging]),

        // Persistence.
        library("SQLStore", ["Ports", "Payments", "Ledger", "Primitives"]),
        .systemLibrary(name: "CSQLiteStart"),
        library(
            "SQLiteDriver", ["CSQLiteStart", "SQLStore", "Ports", "Primitives", "Instruments", grdb, grdbSQLite]),

        // Cryptography.
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        library("OpenSSLVault", ["CLibCrypto", "Ports", "Payments", "Primitives"]),

        // Compression, of files that never change.
        .systemLibrary(name: "CLibZ", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Readers and writers of wire formats, without a network: for processors and chat surfaces.
        library("WireKit", ["CLibCrypto", "Primitives"]),

        // Processors.
        library(
            "ProcessorKit",
            [
                "CLibCrypto", "WireKit", "Ports", "Payments", "Primitives", asyncHTTPClient, nioCore, nioHTTP1,
                nioPosix, nioSSL,
                logging,
            ]),
        library(
            "SandboxProcessor", path: "Sources/Processors/Sandbox",
            ["ProcessorKit", "Ports", "Payments", "Primitives"]),
        library(
            "StripeProcessor", path: "Sources/Processors/Stripe",
            ["ProcessorKit", "Ports", "Payments", "Primitives"]),
        library(
            "BraintreeProcessor", path: "Sources/Processors/Braintree",
            ["ProcessorKit", "Ports", "Payments", "Primitives"]),
        library(
            "PayPalProcessor", path: "Sources/Processors/PayPal",
            ["CLibCrypto", "ProcessorKit", "Ports", "Payments", "Primitives"]),
        library(
            "SandboxAcquirer", ["SandboxProcessor", "SQLStore", "SQLiteDriver", "Ports", "Payments", "Primitives"]),

        // Chat platforms' own dialects: codecs only.
        library(
            "TelegramSurface", path: "Sources/Surfaces/Telegram", ["WireKit", "Ports", "Payments", "Primitives"]),
        library(
            "MessengerSurface", path: "Sources/Surfaces/Messenger", ["WireKit", "Ports", "Payments", "Primitives"]),
        library("WebSurface", path: "Sources/Surfaces/Web", ["WireKit", "Ports", "Payments", "Primitives"]),

        // Fronts.
        library(
            "HTTPListener",
            [
                "Primitives", "Instruments", "Observability", hummingbirdCore, hummingbirdHTTP2, nioCore, nioPosix,
                nioSSL, nioTLS,
                httpTypes, logging,
                lifecycle,
            ]),
        library(
            "HTTPSFront",
            [
                "HTTPListener", "Instruments", "Observability", "Engine", "Ports", "Payments", "Ledger", "Primitives",
                hummingbird,
                hummingbirdCore, hummingbirdTLS,
                hummingbirdHTTP2, nioCore, nioPosix, nioHTTP1, nioSSL, httpTypes, logging, lifecycle,
            ]),
        library("AdminContract"),
        library(
            "AdminSocket",
            [
                "AdminContract", "HTTPListener", "Observability", "Engine", "Ports", "Payments", "Ledger", "Primitives",
                hummingbird,
                hummingbirdCore,
                nioCore, nioPosix, httpTypes, logging, lifecycle,
            ]),

        // The vendors' protocols, played on loopback.
        library(
            "ProcessorSimulators",
            [
                "CLibCrypto", "HTTPListener", "ProcessorKit", "Ports", "Primitives", hummingbirdCore, nioCore,
                httpTypes,
                logging, lifecycle,
            ]),
        program(
            "florin-simulators",
            ["ProcessorSimulators", "Ports", "Primitives", logging, lifecycle, unixSignals, argumentParser]),

        // The reference that people read, made from the description that programs read.
        library("APIReference", [yams]),

        // The pages that people pay on, with their styles and scripts.
        library("HostedPages", ["Primitives"]),

        // Composition and programs.
        library(
            "FlorinRuntime",
            [
                "APIReference", "CLibZ", "HostedPages", "Instruments", "Observability", "HTTPSFront", "HTTPListener",
                "AdminContract", "AdminSocket",
                "SQLStore", "SQLiteDriver",
                "OpenSSLVault", "ProcessorKit", "ProcessorSimulators", "SandboxProcessor", "SandboxAcquirer",
                "StripeProcessor", "BraintreeProcessor", "PayPalProcessor", "MessengerSurface", "TelegramSurface",
                "WebSurface",
                "Engine",
                "Ports", "Payments",
                "Primitives", logging, lifecycle, unixSignals, nioCore, nioPosix, yams,
            ]),
        program("florind", ["FlorinRuntime", "Observability", argumentParser, logging]),
        program("florinctl", ["AdminContract", argumentParser, asyncHTTPClient, nioCore, nioHTTP1]),
        program(
            "florin-sandbox",
            [
                "SandboxAcquirer", "SandboxProcessor", "Ports", "Primitives", hummingbird,
                hummingbirdCore, httpTypes, nioCore, logging, lifecycle, unixSignals, argumentParser,
            ]),

        // For tests and measurements only.
        library(
            "FlorinTesting", ["Engine", "SQLStore", "Ports", "Payments", "Ledger", "Primitives", grdbSQLite]),
        library(
            "SimulatorTesting",
            [
                "FlorinTesting", "ProcessorSimulators", "ProcessorKit", "Ports", "Payments", "Primitives", logging,
                lifecycle,
            ]),
        .systemLibrary(
            name: "CLibSSL", path: "Benchmarks/CLibSSL", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),
        program(
            "florin-bench", path: "Benchmarks/florin-bench",
            [
                "CLibSSL", "Instruments", "OpenSSLVault", "SQLiteDriver", "SQLStore", "Ports", "Payments", "Primitives",
                grdbSQLite, argumentParser,
            ]),
        .target(name: "FlorinSlowSync", path: "Benchmarks/slow-sync", linkerSettings: [.linkedLibrary("dl")]),
        .executableTarget(
            name: "florin-ceiling", dependencies: ["CLibSSL"], path: "Benchmarks/florin-ceiling",
            linkerSettings: [.linkedLibrary("crypto"), .linkedLibrary("sqlite3"), .linkedLibrary("pthread")]),
        program(
            "florin-torture", path: "Tests/florin-torture",
            [
                "SQLiteDriver", "SQLStore", "Ports", "Primitives", argumentParser, asyncHTTPClient, nioCore, nioHTTP1,
                nioPosix, nioSSL,
            ]),

        program(
            "florin-fault-matrix", path: "Tests/florin-fault-matrix",
            [
                "Engine", "FlorinTesting", "SimulatorTesting", "HTTPSFront", "OpenSSLVault", "ProcessorKit",
                "ProcessorSimulators",
                "BraintreeProcessor", "PayPalProcessor", "StripeProcessor", "SQLiteDriver", "SQLStore", "Ports",
                "Payments",
                "Ledger", "Primitives", argumentParser,
            ]),

        tests("PrimitivesTests", ["Primitives", "FlorinTesting"]),
        tests("ObservabilityTests", ["Observability", "Instruments", "Ports", "Payments", "Primitives", logging]),
        tests("APIReferenceTests", ["APIReference"]),
        tests("HostedPagesTests", ["HostedPages", "Primitives"]),
        tests("LedgerTests", ["Ledger", "Primitives", "FlorinTesting"]),
        tests("PaymentsTests", ["Payments", "Ledger", "Primitives", "FlorinTesting"]),
        tests(
            "EngineTests",
            [
                "Engine", "FlorinTesting", "SQLiteDriver", "SQLStore", "OpenSSLVault", "Ports", "Payments", "Ledger",
                "Primitives",
            ]),
        tests(
            "SQLStoreTests",
            [
                "SQLStore", "SQLiteDriver", "FlorinTesting", "Ports", "Payments", "Ledger", "Primitives", grdb,
                grdbSQLite, argumentParser,
            ]),
        tests("OpenSSLVaultTests", ["OpenSSLVault", "FlorinTesting", "Ports", "Payments", "Primitives", "CLibCrypto"]),
        tests(
            "SandboxTests",
            [
                "florin-sandbox", "SandboxProcessor", "SandboxAcquirer", "ProcessorKit", "FlorinTesting", "Ports",
                "Payments", "Primitives", hummingbird, nioCore, logging,
            ]),
        tests(
            "StripeTests",
            [
                "StripeProcessor", "SimulatorTesting", "ProcessorSimulators", "ProcessorKit", "FlorinTesting", "Ports",
                "Payments", "Primitives",
            ]),
        tests(
            "BraintreeTests",
            [
                "BraintreeProcessor", "SimulatorTesting", "ProcessorSimulators", "ProcessorKit", "FlorinTesting",
                "Ports",
                "Payments", "Primitives",
            ]),
        tests(
            "PayPalTests",
            [
                "PayPalProcessor", "SimulatorTesting", "ProcessorSimulators", "ProcessorKit", "FlorinTesting", "Ports",
                "Payments", "Primitives",
            ]),
        tests(
            "SurfaceTests",
            [
                "TelegramSurface", "MessengerSurface", "WebSurface", "WireKit", "FlorinTesting", "Ports", "Payments",
                "Primitives",
            ]),
        tests(
            "HTTPSFrontTests",
            [
                "HTTPSFront", "HTTPListener", "FlorinTesting", "Engine", "SQLStore", "SQLiteDriver", "OpenSSLVault",
                "Ports",
                "Payments", "Ledger", "Primitives", hummingbird, hummingbirdCore, nioCore, nioPosix, nioSSL, nioHTTP1,
                httpTypes, asyncHTTPClient, logging,
                lifecycle,
            ]),
        tests(
            "AdminSocketTests",
            [
                "AdminSocket", "AdminContract", "florinctl", "FlorinTesting", "Engine", "SQLiteDriver", "SQLStore",
                "OpenSSLVault", "HTTPSFront", "Ports", "Payments", "Ledger",
                "Primitives", logging, lifecycle, argumentParser,
            ]),
        tests(
            "FlorinRuntimeTests",
            [
                "FlorinRuntime", "FlorinTesting", "AdminContract", "HTTPSFront", "HTTPListener", "SandboxAcquirer",
                "SandboxProcessor",
                "OpenSSLVault", "ProcessorKit", "SQLiteDriver", "SQLStore", "Engine", "Ports", "Payments", "Primitives",
                logging,
            ]),
    ]
)
