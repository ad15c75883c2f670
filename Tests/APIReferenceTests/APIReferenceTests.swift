import Testing

@testable import APIReference

@Suite struct APIReferenceTests {
    private static let document = """
        openapi: 3.1.0
        info: {title: A <b>title</b>, description: "First `code` here.\\n\\nSecond."}
        paths:
          /v1/things/{id}:
            parameters:
              - {name: id, in: path, required: true, schema: {type: string, maxLength: 64}}
            post:
              operationId: changeThing
              security: [{secret_key: []}, {restricted_key: ['things:write']}]
              summary: Change a thing
              parameters:
                - {$ref: '#/components/parameters/expand'}
              requestBody:
                content:
                  application/json: {schema: {$ref: '#/components/schemas/thing_parameters'}}
              responses:
                "200": {description: Done, content: {application/json: {schema: {$ref: '#/components/schemas/thing'}}}}
                default: {$ref: '#/components/responses/error'}
          /healthz:
            get:
              operationId: getHealth
              summary: Whether it lives
              security: []
              responses: {"200": {description: It does}}
        components:
          securitySchemes:
            secret_key: {type: http, scheme: bearer, description: "sk_…"}
            restricted_key: {type: http, scheme: bearer, description: "rk_…"}
          parameters:
            expand: {name: 'expand[]', in: query, schema: {type: array, items: {type: string}}, description: What to show.}
          responses:
            error: {description: Something is wrong}
          schemas:
            thing_parameters: {type: object, required: [size], properties: {size: {type: integer, minimum: 1, maximum: 9}}}
            thing:
              type: object
              description: A thing.
              required: [id]
              properties:
                id: {type: string}
                state: {enum: [new, old], description: Where it stands.}
                owner: {anyOf: [{$ref: '#/components/schemas/thing'}, {type: "null"}]}
        """

    private func page(_ document: String = document) throws -> String {
        String(decoding: try #require(APIReference(document: Array(document.utf8))).page, as: UTF8.self)
    }

    @Test func `every operation has a section with its route, its callers and its parameters`() throws {
        let page = try page()
        for text in [
            "<h3 id=\"changeThing\">Change a thing", "<code>/v1/things/{id}</code>", "<code>things:write</code>",
            "<code>expand[]</code>", "<code>size</code> <em>required</em>", "integer, 1 to 9", "What to show.",
            "<h3 id=\"getHealth\">", "Needs no key.", "Something is wrong",
        ] {
            #expect(page.contains(text), "\(text)")
        }
    }

    @Test func `every object has a section that types link to`() throws {
        let page = try page()
        #expect(page.contains("<h3 id=\"schema-thing\">"))
        #expect(page.contains("<a href=\"#schema-thing\">thing</a> or null"))
        #expect(page.contains("<code>new</code>, <code>old</code> <em>sometimes</em>"))
    }

    @Test func `what the document says stands on the page as text, never as markup`() throws {
        let page = try page()
        #expect(page.contains("A &lt;b&gt;title&lt;/b&gt;"))
        #expect(!page.contains("<b>"))
        #expect(page.contains("First <code>code</code> here."))
        #expect(escaped("\"'<&>") == "&quot;&#39;&lt;&amp;&gt;")
        #expect(inline("one ` mark") == "one ` mark")
    }

    @Test func `each link within the page leads somewhere`() throws {
        let page = try page()
        for part in page.components(separatedByLink: "href=\"#") {
            let target = String(part.prefix { $0 != "\"" })
            #expect(page.contains("id=\"\(target)\""), "\(target)")
        }
    }

    @Test(arguments: ["", "openapi: 2.0.0", "- a list", "{", "openapi: 3.1.0"])
    func `what is no description makes no page`(document: String) {
        #expect(APIReference(document: Array(document.utf8)) == nil)
    }
}

extension String {
    /// What follows each occurrence of a mark.
    fileprivate func components(separatedByLink mark: String) -> [Substring] {
        var rest = self[...]
        var found: [Substring] = []
        while let range = rest.firstRange(of: mark) {
            rest = rest[range.upperBound...]
            found.append(rest)
        }
        return found
    }
}
