extension PaymentLinkPage {
    /// Title, text, and what stands on the button.
    var words: (title: String, text: String, button: String) {
        switch language {
        case .english: english
        case .italian: italian
        case .french: french
        case .german: german
        }
    }

    private var english: (String, String, String) {
        let ask = "Ask in the conversation for a new one."
        return switch message {
        case .goOn: ("Go to the checkout", "", "Continue")
        case .unknown: ("There is no such link", ask, "")
        case .closed: ("This link is closed", ask, "")
        case .soldOut: ("Sold out", "Everything that this link sells is sold.", "")
        case .noSeller: ("Not available", "This seller does not sell here at the moment. Nothing was charged.", "")
        case .noCountry: ("Not available", "This seller does not sell to your country here. Nothing was charged.", "")
        case .noCurrency: ("Not available", "This seller does not sell in this currency here. Nothing was charged.", "")
        case .noTester:
            (
                "Not available",
                "Paying here is being tried out with a few people, and you are not one of them yet. Nothing was charged.",
                ""
            )
        }
    }

    private var italian: (String, String, String) {
        let ask = "Chiedine uno nuovo nella chat."
        return switch message {
        case .goOn: ("Vai al pagamento", "", "Continua")
        case .unknown: ("Questo link non esiste", ask, "")
        case .closed: ("Questo link è chiuso", ask, "")
        case .soldOut: ("Esaurito", "Tutto ciò che questo link vende è stato venduto.", "")
        case .noSeller: ("Non disponibile", "Al momento questo venditore non vende qui. Nessun addebito.", "")
        case .noCountry: ("Non disponibile", "Qui questo venditore non vende nel tuo paese. Nessun addebito.", "")
        case .noCurrency: ("Non disponibile", "Qui questo venditore non vende in questa valuta. Nessun addebito.", "")
        case .noTester:
            (
                "Non disponibile",
                "Il pagamento è in prova con poche persone e non sei ancora tra queste. Nessun addebito.", ""
            )
        }
    }

    private var french: (String, String, String) {
        let ask = "Demandez-en un nouveau dans la discussion."
        return switch message {
        case .goOn: ("Aller au paiement", "", "Continuer")
        case .unknown: ("Ce lien n’existe pas", ask, "")
        case .closed: ("Ce lien est fermé", ask, "")
        case .soldOut: ("Épuisé", "Tout ce que ce lien propose est vendu.", "")
        case .noSeller: ("Indisponible", "Ce vendeur ne vend pas ici pour le moment. Rien n’a été débité.", "")
        case .noCountry: ("Indisponible", "Ce vendeur ne vend pas dans votre pays ici. Rien n’a été débité.", "")
        case .noCurrency: ("Indisponible", "Ce vendeur ne vend pas dans cette devise ici. Rien n’a été débité.", "")
        case .noTester:
            (
                "Indisponible",
                "Le paiement est à l’essai avec quelques personnes, dont vous ne faites pas encore partie. "
                    + "Rien n’a été débité.", ""
            )
        }
    }

    private var german: (String, String, String) {
        let ask = "Bitten Sie im Chat um einen neuen."
        return switch message {
        case .goOn: ("Zur Kasse", "", "Weiter")
        case .unknown: ("Diesen Link gibt es nicht", ask, "")
        case .closed: ("Dieser Link ist geschlossen", ask, "")
        case .soldOut: ("Ausverkauft", "Alles, was dieser Link verkauft, ist verkauft.", "")
        case .noSeller:
            ("Nicht verfügbar", "Dieser Anbieter verkauft hier zurzeit nicht. Es wurde nichts abgebucht.", "")
        case .noCountry:
            ("Nicht verfügbar", "Dieser Anbieter verkauft hier nicht in Ihr Land. Es wurde nichts abgebucht.", "")
        case .noCurrency:
            ("Nicht verfügbar", "Dieser Anbieter verkauft hier nicht in dieser Währung. Es wurde nichts abgebucht.", "")
        case .noTester:
            (
                "Nicht verfügbar",
                "Das Bezahlen wird hier mit wenigen Personen erprobt, zu denen Sie noch nicht gehören. "
                    + "Es wurde nichts abgebucht.", ""
            )
        }
    }
}
