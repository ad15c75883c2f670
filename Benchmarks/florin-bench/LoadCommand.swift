import ArgumentParser

struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "A closed loop of HTTPS requests over keep-alive connections on loopback.")

    @Option(help: "Port on 127.0.0.1.")
    var port: UInt16

    @Option(help: "File with the certificate authority that signed the listener's certificate.")
    var ca: String

    @Option(help: "Connections; may be given several times.")
    var connections: [Int] = [1, 16, 64]

    @Option(help: "Seconds of each measurement.")
    var seconds = 3.0

    @Option(help: "Seconds before it that are not counted.")
    var warmUp = 0.5

    @Option(help: "Method.")
    var method = "GET"

    @Option(help: "Path.")
    var path = "/healthz"

    @Option(help: "API key.")
    var key: String?

    @Option(help: "Form field as name=value; may be given several times.")
    var field: [String] = []

    @Flag(help: "Send a new Idempotency-Key with each request.")
    var once = false

    func validate() throws {
        guard connections.allSatisfy({ (1...1_000).contains($0) }) else {
            throw ValidationError("--connections is from 1 to 1000.")
        }
        guard seconds > 0, seconds <= 600 else { throw ValidationError("--seconds is above 0 and at most 600.") }
    }

    func run() async throws {
        let generator = try LoadGenerator(port: port, caFile: ca)
        let form = field.map { field in
            let parts = field.split(separator: "=", maxSplits: 1)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        let request = Request(method, path, key: key, form: method == "GET" ? nil : form, isOnce: once)
        var rows: [LoadRow] = []
        for count in connections {
            note("\(method) \(path) at \(count) connections: \(seconds) s")
            let result = try generator.measure([request], connections: count, seconds: seconds, warmUp: warmUp)
            rows.append(LoadRow("\(method) \(path)", result))
        }
        try printJSON(rows)
    }
}
