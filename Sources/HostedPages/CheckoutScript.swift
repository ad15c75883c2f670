/// The script of the checkout page, in parts; the browser gets one file.
enum CheckoutScript {
    static var source: String {
        "\"use strict\";\n(() => {\n" + [texts, calls, card, view, fields, friend, flow].joined() + "})();\n"
    }
}
