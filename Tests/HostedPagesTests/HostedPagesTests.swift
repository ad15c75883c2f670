import Primitives
import Testing

@testable import HostedPages

@Suite("Hosted pages")
struct HostedPagesTests {
    private let pages = HostedPages { bytes in Array((bytes + [UInt8](repeating: 7, count: 48)).prefix(48)) }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("the page loads its style and script by name and integrity, and nothing else from anywhere")
    func resources() {
        let page = text(pages.checkout)
        for asset in pages.assets {
            #expect(page.contains("\"\(asset.path)\" integrity=\"\(asset.integrity)\""))
            #expect(asset.path.hasPrefix("/checkout/assets/"))
        }
        let loaded = page.matches(of: /(?:src|href)="([^"]*)"/).map { String($0.1) }
        #expect(Set(loaded) == Set(pages.assets.map(\.path) + ["data:,"]))
        for asset in pages.assets {
            #expect(!text(asset.body).contains("://"), "\(asset.path) names another place")
            #expect(!text(asset.body).contains("@import") && !text(asset.body).contains("url("))
        }
    }

    @Test("the page has no inline code and no inline style, as its policy demands")
    func inline() {
        let page = text(pages.checkout)
        #expect(page.firstMatch(of: /\son[a-z]+="/) == nil)
        #expect(!page.contains("style=") && !page.contains("<style") && !page.contains("javascript:"))
        #expect(page.matches(of: /<script/).count == 1)
        for word in ["unsafe-inline", "unsafe-eval", "*"] { #expect(!pages.contentSecurityPolicy.contains(word)) }
        #expect(pages.contentSecurityPolicy.contains("frame-ancestors 'none'"))
    }

    @Test("the script writes no markup and evaluates nothing")
    func script() {
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
            #expect(!CheckoutScript.source.contains(word))
        }
    }

    @Test("no browser can submit a card: its inputs have no name, and the form has nowhere to go")
    func inputs() throws {
        let page = text(pages.checkout)
        for id in ["number", "expiry", "cvc"] {
            let input = try #require(try page.firstMatch(of: Regex("<input id=\"\(id)\"[^>]*>"))).0
            #expect(!input.contains(" name="))
        }
        #expect(!page.contains("action="))
        #expect(pages.contentSecurityPolicy.contains("form-action 'none'"))
    }

    @Test(
        "the page that asks for details loads its own, has what its script looks for, and says everything in every language"
    )
    func information() throws {
        let page = text(pages.information)
        let own = [pages.checkoutStyle, pages.informationScript]
        for asset in own { #expect(page.contains("\"\(asset.path)\" integrity=\"\(asset.integrity)\"")) }
        let loaded = page.matches(of: /(?:src|href)="([^"]*)"/).map { String($0.1) }
        #expect(Set(loaded) == Set(own.map(\.path) + ["data:,"]))
        #expect(page.firstMatch(of: /\son[a-z]+="/) == nil && !page.contains("style=") && !page.contains("<style"))
        let script = InformationScript.asking
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "://"] {
            #expect(!script.contains(word))
        }
        for name in script.matches(of: /\$\("([\w-]+)"\)/).map({ String($0.1) }) {
            #expect(page.contains("id=\"\(name)\""), "\(name) is not on the page")
        }
        var languages: [String: Set<String>] = [:]
        for block in script.matches(of: /(?m)^  (\w\w): \{\n((?:    .*\n)+)  \},/) {
            languages[String(block.1)] = Set(block.2.matches(of: /(\w+): "/).map { String($0.1) })
        }
        #expect(Set(languages.keys) == ["en", "it", "fr", "de"])
        #expect(Set(languages.values).count == 1 && languages["en"]?.count == 7)
    }

    @Test("only listed origins may frame the page")
    func frames() {
        let framed = HostedPages(framedBy: ["https://chat.example", "https://b.example"]) { _ in [1] }
        #expect(framed.contentSecurityPolicy.hasSuffix("frame-ancestors https://chat.example https://b.example"))
    }

    @Test(
        "every language says everything, with the same places for values",
        arguments: [(CheckoutScript.texts, 80), (CheckoutScript.togetherTexts, 30)])
    func languages(texts: String, atLeast: Int) throws {
        let blocks = texts.matches(of: /(?m)^  (\w\w): \{\n((?:    .*\n)+)  \},/)
        var languages: [String: [String: Set<String>]] = [:]
        for block in blocks {
            for entry in block.2.matches(of: /(\w+): "((?:[^"\\]|\\.)*)"/) {
                let values = Set(String(entry.2).matches(of: /\{\w+\}/).map { String($0.0) })
                languages[String(block.1), default: [:]][String(entry.1)] = values
            }
        }
        #expect(Set(languages.keys) == ["en", "it", "fr", "de"])
        let english = try #require(languages["en"])
        #expect(english.count > atLeast)
        for (language, entries) in languages {
            #expect(entries == english, "\(language) differs")
        }
    }

    @Test("every text that page and script ask for is there")
    func asked() throws {
        let known = Set(
            (CheckoutScript.texts + CheckoutScript.togetherTexts).matches(of: /(\w+): "/).map { String($0.1) })
        let inPage = text(pages.checkout).matches(of: /data-t="(\w+)"/).map { String($0.1) }
        let inScript = CheckoutScript.source.matches(of: /\bt\("(\w+)"/).map { String($0.1) }
        for name in inPage + inScript { #expect(known.contains(name), "\(name) is not there") }
    }

    @Test("what is sent lost nothing but indents, empty lines and comments, and no literal runs over a line's end")
    func lean() {
        for line in CheckoutScript.source.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("//")
        {
            #expect(line.count(where: { $0 == "`" }).isMultiple(of: 2), "\(line)")
        }
        #expect(Lean.script("a(\n  // why\n\n  \"//\"); // kept\n") == "a(\n\"//\"); // kept\n")
        #expect(!text(pages.checkoutScript.body).contains("\n "))
        #expect(!text(pages.checkoutScript.body).contains("\n//"))
        #expect(text(pages.checkoutStyle.body).contains("*"))
    }

    @Test("another page has another name, so that a browser never mixes two versions")
    func names() {
        let one = HostedPages { _ in [UInt8](repeating: 1, count: 48) }
        let other = HostedPages { _ in [UInt8](repeating: 2, count: 48) }
        #expect(one.checkoutScript.path != other.checkoutScript.path)
        #expect(one.checkoutTag != other.checkoutTag)
    }
}
