/// `florin.d.ts`: the types of `florin.js`.
enum ShopTypes {
    static let source = ##"""
        // Types of florin.js 2.0.0

        export interface CheckoutResult {
          /** What the page said last. Hand goods over on the word of the webhook, not of this. */
          status: "complete" | "expired" | "canceled" | "processing" | "requires_action" | "unknown";
          checkout: string;
          details: BuyerDetails;
        }
        export interface BuyerDetails {
          name?: string | null; email?: string | null; phone?: string | null;
          shipping_address?: Address | null; shipping_option?: string | null;
        }
        export interface Address {
          line1?: string | null; line2?: string | null; city?: string | null; state?: string | null; postal_code?: string | null; country?: string | null;
        }
        export interface Amount { /** ISO 4217. */ currency: string; /** Decimal text, as "10.00". */ value: string }
        export interface Item { label: string; amount: Amount }
        export interface ShippingOption extends Item { id: string; selected?: boolean }
        export interface Details { total: Item; displayItems?: Item[]; shippingOptions?: ShippingOption[]; /** In answer to a change: shown to the buyer. */ error?: string }
        export interface Options { requestShipping?: boolean; requestPayerName?: boolean; requestPayerEmail?: boolean; requestPayerPhone?: boolean }
        export interface MethodData {
          supportedMethods: string | string[];
          data?: {
            /** The checkout's url, or a function that asks your own server to make a checkout and brings its url. */
            checkout: string | ((details: Details, options: Options) => Promise<string>);
          };
        }
        export interface ChangeEvent extends Event {
          /** Keeps the buyer waiting until your server has changed what it costs, at most ten seconds. */
          updateWith(promise: Promise<Partial<Details>> | Partial<Details>): void;
        }
        export interface PaymentResponse {
          methodName: "florin"; details: { checkout: string };
          payerName: string | null; payerEmail: string | null; payerPhone: string | null;
          shippingAddress: Address | null; shippingOption: string | null;
          /** Closes the checkout's window. */
          complete(result?: "success" | "fail" | "unknown"): Promise<void>;
        }
        export interface PaymentRequest extends EventTarget {
          readonly shippingAddress: Address | null;
          readonly shippingOption: string | null;
          onshippingaddresschange?: (event: ChangeEvent) => void;
          onshippingoptionchange?: (event: ChangeEvent) => void;
          canMakePayment(): Promise<boolean>;
          /** From a click. Rejects with AbortError when the buyer gives up, InvalidStateError when another payment is being made. */
          show(): Promise<PaymentResponse>;
        }
        export interface Florin {
          readonly version: string;
          /** From a click. Without a window (mode "redirect", most webviews) this page is left and the promise never settles. */
          openCheckout(url: string, options?: { mode?: "popup" | "redirect" }): Promise<CheckoutResult>;
          readonly PaymentRequest: { new (methodData: MethodData[], details: Details, options?: Options): PaymentRequest };
          /** From a click. Asks the buyer, on a page of the gateway's, for what the checkout asks for; resolves when they share it by a tap. Rejects with AbortError when they do not. */
          requestBuyerInformation(url: string): Promise<BuyerDetails>;
          /** The chat's signed word on who is here, for your server to check. Messenger's script is asked with your app's id, and waited for at most `timeout` milliseconds. */
          getContext(options?: { appId?: string; timeout?: number }): Promise<ChatContext>;
          /** Asks the chat, or the window, to close. */
          closeBrowser(options?: { timeout?: number }): Promise<{ asked: "telegram" | "messenger" | "chat" | "window" }>;
          share(content: ShareContent): Promise<ShareResult>;
        }
        export interface ChatContext {
          surface: "telegram" | "messenger" | "web";
          /** Null where there is none, or the chat did not tell. */
          signed: string | null;
          /** Messenger's word for the conversation, unsigned. */
          thread?: "USER_TO_PAGE" | "USER_TO_USER" | "GROUP" | string | null;
          /** Why the chat told nothing: "timeout", or its own words. */
          error?: string;
        }
        export interface ShareContent {
          title?: string; text?: string; url?: string;
          /** Messenger: what is sent in place of a card made of the texts. */
          message?: object;
          /** Messenger: to whomever the person picks, or into the conversation they came from. */
          mode?: "broadcast" | "current_thread";
          /** Messenger: how long its dialog is waited for, in milliseconds. */
          timeout?: number;
        }
        export interface ShareResult {
          /** Null where nobody tells. */
          is_sent: boolean | null;
          by: "messenger" | "telegram" | "sheet" | "clipboard";
        }
        declare global { interface Window { Florin: Florin } const Florin: Florin }

        """##
}
