import Ports
import WireKit

/// The parameters of one call, with the dialect's refusals. Names nobody asked for are refused, so that nothing is silently
/// left out.
struct TelegramParameters {
    private let values: LenientParameters

    init(_ call: SurfaceCall) throws(SurfaceRefusal) {
        do {
            values = try LenientParameters(query: call.query, contentType: call.contentType, body: call.body)
        } catch {
            switch error {
            case .encoding:
                throw .bad("send application/json or application/x-www-form-urlencoded; files are not taken here")
            case .notAnObject: throw .bad("the body is not a JSON object")
            case .tooMany: throw .bad("too many parameters")
            }
        }
    }

    /// Refuses every name that is in neither list.
    func refuseOthers(than known: Set<String>, unused: Set<String> = []) throws(SurfaceRefusal) {
        guard let name = values.firstName(outside: known.union(unused)) else { return }
        throw .bad("the parameter \(LenientParameters.echo(name)) is not offered here")
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    func text(_ name: String) -> String? { values[name]?.textOrNumber }

    /// - Throws: when it is there and no integer.
    func integer(_ name: String) throws(SurfaceRefusal) -> Int64? {
        guard let value = values[name] else { return nil }
        guard let number = value.lenientInteger else { throw .bad("\(name) must be an integer") }
        return number
    }

    /// False when it is not there.
    func flag(_ name: String) throws(SurfaceRefusal) -> Bool {
        guard let value = values[name] else { return false }
        guard let flag = value.lenientFlag else { throw .bad("\(name) must be true or false") }
        return flag
    }

    /// The elements of an array.
    func elements(_ name: String) throws(SurfaceRefusal) -> [JSONValue] {
        guard has(name) else { return [] }
        guard case .array(let elements)? = values.structured(name) else { throw .bad("\(name) must be an array") }
        return elements
    }

    func object(_ name: String) throws(SurfaceRefusal) -> JSONValue? {
        guard has(name) else { return nil }
        guard let value = values.structured(name), case .object = value else { throw .bad("\(name) must be an object") }
        return value
    }
}

extension SurfaceRefusal {
    /// As the platform words it: `Bad Request: …`.
    static func bad(_ message: String) -> SurfaceRefusal {
        SurfaceRefusal(status: 400, message: "Bad Request: \(message)")
    }

    /// One of the platform's own tokens, with a word on what to do.
    static func token(_ code: String, _ hint: String? = nil) -> SurfaceRefusal {
        SurfaceRefusal(status: 400, code: code, message: "Bad Request: \(code)" + (hint.map { " (\($0))" } ?? ""))
    }
}
