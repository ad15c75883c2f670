/// The script of the checkout page, in parts; the browser gets one file.
enum CheckoutScript {
    static var source: String {
        "\"use strict\";\n(() => {\n"
            + [texts, togetherTexts, calls, card, view, fields, friend, together, flow].joined() + "})();\n"
    }
}
