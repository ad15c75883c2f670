import Yams

/// The page: a table of contents beside one section for each operation, then one for each schema.
struct ReferencePage {
    private let description: Description
    private let types: TypeText

    init(_ description: Description) {
        self.description = description
        types = TypeText(names: Set(description.schemas.map(\.name)))
    }

    var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(escaped(description.title)) API reference</title>
        <link rel="stylesheet" href="/docs/reference.css">
        <script src="/docs/reference.js" defer></script>
        </head>
        <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header><h1>\(escaped(description.title)) <small>API reference</small></h1>
        <p><a href="/openapi.yaml">openapi.yaml</a></p></header>
        \(contents)
        <main id="content" tabindex="-1">
        <section aria-labelledby="introduction"><h2 id="introduction">Introduction</h2>
        \(prose(description.introduction))
        \(credentials)
        </section>
        \(description.groups.map(section).joined())
        <section aria-labelledby="objects"><h2 id="objects">Objects</h2>
        \(description.schemas.map(object).joined())
        </section>
        </main>
        </body>
        </html>

        """
    }

    private var contents: String {
        let groups = description.groups.map { group in
            let items = group.operations.map {
                "<li><a href=\"#\(escaped($0.id))\">\(badge($0.method)) \(escaped($0.summary))</a></li>"
            }
            return "<li><span>\(escaped(group.name))</span><ul>\(items.joined())</ul></li>\n"
        }
        let objects = description.schemas.map {
            "<li><a href=\"#schema-\(escaped($0.name))\">\(escaped($0.name))</a></li>"
        }
        return """
            <nav aria-label="Contents">
            <label for="filter">Filter</label>
            <input id="filter" type="search" autocomplete="off" spellcheck="false" placeholder="refund, customer, GET…">
            <p id="found" role="status"></p>
            <ul>\(groups.joined())<li><span>objects</span><ul>\(objects.joined())</ul></li></ul>
            </nav>
            """
    }

    private var credentials: String {
        let rows = description.callers.map {
            "<tr><th scope=\"row\"><code>\(escaped($0.name))</code></th><td>\(inline($0.text))</td></tr>"
        }
        return "<h3 id=\"credentials\">Who calls</h3><table><tbody>\(rows.joined())</tbody></table>"
    }

    // MARK: - Operations

    private func section(_ group: Description.Group) -> String {
        let id = "group-" + group.name.split(separator: " ").joined(separator: "-")
        return """
            <section aria-labelledby="\(escaped(id))"><h2 id="\(escaped(id))">\(escaped(group.name))</h2>
            \(group.operations.map(operation).joined())
            </section>

            """
    }

    private func operation(_ operation: Description.Operation) -> String {
        """
        <article aria-labelledby="\(escaped(operation.id))">
        <h3 id="\(escaped(operation.id))">\(escaped(operation.summary)) <a class="anchor" href="#\(escaped(operation.id))" aria-label="Link to \(escaped(operation.summary))">#</a></h3>
        <p class="route">\(badge(operation.method)) <code>\(escaped(operation.path))</code></p>
        \(prose(operation.text))
        \(callers(operation))
        \(parameters(operation))
        \(answers(operation))
        </article>

        """
    }

    private func callers(_ operation: Description.Operation) -> String {
        guard !operation.callers.isEmpty else { return "<p>Needs no key.</p>" }
        let names = operation.callers.map { name, scopes in
            "<code>\(escaped(name))</code>"
                + (scopes.isEmpty
                    ? "" : " with \(scopes.map { "<code>\(escaped($0))</code>" }.joined(separator: ", "))")
        }
        return "<p>Called with \(names.joined(separator: " or ")).</p>"
    }

    private func parameters(_ operation: Description.Operation) -> String {
        var rows = operation.parameters.map { parameter in
            row(
                parameter["name"]?.string ?? "", place: parameter["in"]?.string ?? "",
                isRequired: parameter["required"]?.bool == true, parameter["schema"] ?? Node("", Tag(.null)),
                text: parameter["description"]?.string)
        }
        if let body = operation.body {
            let required = Set(body["required"]?.array().compactMap(\.string) ?? [])
            rows += Description.pairs(body["properties"]).map { name, schema in
                row(name, place: "body", isRequired: required.contains(name), schema, text: nil)
            }
        }
        guard !rows.isEmpty else { return "" }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="Parameters of \(escaped(operation.summary))">
            <table><caption>Parameters</caption><thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table></div>
            """
    }

    private func row(_ name: String, place: String, isRequired: Bool, _ schema: Node, text: String?) -> String {
        let mark = isRequired ? " <em>required</em>" : ""
        let meaning = text ?? description.resolved(schema)["description"]?.string ?? ""
        return """
            <tr><th scope="row"><code>\(escaped(name))</code>\(mark)</th><td>\(escaped(place))</td>\
            <td>\(types.html(schema))</td><td>\(inline(meaning))</td></tr>

            """
    }

    private func answers(_ operation: Description.Operation) -> String {
        let rows = operation.answers.map { status, answer -> String in
            let schema = Description.pairs(answer["content"]).first?.1["schema"]
            let type = schema.map { types.html($0) } ?? ""
            return """
                <tr><th scope="row">\(escaped(status == "default" ? "otherwise" : status))</th>\
                <td>\(type)</td><td>\(inline(answer["description"]?.string ?? ""))</td></tr>

                """
        }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="Answers of \(escaped(operation.summary))">
            <table><caption>Answers</caption><thead><tr><th scope="col">Status</th><th scope="col">Body</th><th scope="col">Meaning</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table></div>
            """
    }

    // MARK: - Objects

    private func object(_ name: String, _ schema: Node) -> String {
        let required = Set(schema["required"]?.array().compactMap(\.string) ?? [])
        let rows = Description.pairs(schema["properties"]).map { name, schema in
            """
            <tr><th scope="row"><code>\(escaped(name))</code></th><td>\(types.html(schema))\
            \(required.contains(name) ? "" : " <em>sometimes</em>")</td>\
            <td>\(inline(schema["description"]?.string ?? ""))</td></tr>

            """
        }
        let table =
            rows.isEmpty
            ? "<p>\(types.html(schema))</p>"
            : """
            <div class="scroll" tabindex="0" role="region" aria-label="Fields of \(escaped(name))">
            <table><thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table></div>
            """
        return """
            <article aria-labelledby="schema-\(escaped(name))"><h3 id="schema-\(escaped(name))"><code>\(escaped(name))</code></h3>
            \(prose(schema["description"]?.string ?? ""))\(table)</article>

            """
    }

    private func badge(_ method: String) -> String {
        "<span class=\"method \(escaped(method.lowercased()))\">\(escaped(method))</span>"
    }
}
