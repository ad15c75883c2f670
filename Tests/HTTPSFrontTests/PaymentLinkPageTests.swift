import Payments
import Testing

@testable import HTTPSFront

@Suite("The page of a payment link that leads nowhere")
struct PaymentLinkPageTests {
    @Test(
        "speaks the language that the browser likes best and the page knows",
        arguments: [
            (nil, "en"), ("", "en"), ("de", "de"), ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("pt-BR, fr;q=0.5, it;q=0.7", "it"),
            ("en;q=0.2,fr;q=0.21", "fr"), ("it;q=0, en", "en"), ("it;q=0", "en"), ("*", "en"),
            ("fr;q=nonsense,de;q=0.1", "de"),
            ("deutsch", "en"), ("it;q=-1,fr;q=1.5.2,de ; q=1.000", "de"), ("it;q=.5", "en"), ("it;q=0.-5", "en"),
        ] as [(String?, String)])
    func language(accepted: String?, expected: String) {
        #expect(PaymentLinkPage(.unknown, accepted: accepted).language.rawValue == expected)
    }

    @Test("has words for everything in every language, and each reason its own")
    func words() {
        for language in PaymentLinkPage.Language.allCases {
            var said: Set<String> = []
            for message in PaymentLinkPage.Message.allCases {
                let (title, text, button) = PaymentLinkPage(message, accepted: language.rawValue).words
                #expect(!title.isEmpty && (message == .goOn) == !button.isEmpty && (message == .goOn) == text.isEmpty)
                said.insert(title + text)
            }
            #expect(said.count == PaymentLinkPage.Message.allCases.count)
        }
        let reasons = Unavailability.Reason.allCases.map(PaymentLinkPage.Message.init)
        #expect(Set(reasons).count == Unavailability.Reason.allCases.count)
    }
}
