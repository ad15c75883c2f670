package import Primitives

package enum PlatformKind: IdentifierKind { package static var prefix: String { "plat" } }
package enum BotKind: IdentifierKind { package static var prefix: String { "bot" } }
package enum PersonKind: IdentifierKind { package static var prefix: String { "per" } }
package enum CustomerKind: IdentifierKind { package static var prefix: String { "cus" } }
package enum PaymentMethodKind: IdentifierKind { package static var prefix: String { "pm" } }
package enum TokenKind: IdentifierKind { package static var prefix: String { "tok" } }
package enum PaymentKind: IdentifierKind { package static var prefix: String { "pi" } }
package enum ChargeKind: IdentifierKind { package static var prefix: String { "ch" } }
package enum RefundKind: IdentifierKind { package static var prefix: String { "re" } }
package enum FriendTransferKind: IdentifierKind { package static var prefix: String { "ft" } }
package enum OperationKind: IdentifierKind { package static var prefix: String { "op" } }
package enum EventKind: IdentifierKind { package static var prefix: String { "evt" } }
package enum WebhookEndpointKind: IdentifierKind { package static var prefix: String { "we" } }
package enum DeliveryKind: IdentifierKind { package static var prefix: String { "whd" } }
package enum APIKeyIdentifierKind: IdentifierKind { package static var prefix: String { "key" } }
package enum ConnectionKind: IdentifierKind { package static var prefix: String { "con" } }
package enum RequestKind: IdentifierKind { package static var prefix: String { "req" } }
package enum BalanceTransactionKind: IdentifierKind { package static var prefix: String { "txn" } }
package enum ReversalKind: IdentifierKind { package static var prefix: String { "rev" } }
package enum LedgerTransactionKind: IdentifierKind { package static var prefix: String { "ltx" } }
package enum PersonSessionKind: IdentifierKind { package static var prefix: String { "pses" } }
package enum DisputeKind: IdentifierKind { package static var prefix: String { "dp" } }
package enum SetupIntentKind: IdentifierKind { package static var prefix: String { "seti" } }
package enum SetupAttemptKind: IdentifierKind { package static var prefix: String { "setatt" } }
package enum MandateKind: IdentifierKind { package static var prefix: String { "mandate" } }
package enum CheckoutKind: IdentifierKind { package static var prefix: String { "cs" } }
package enum LineItemKind: IdentifierKind { package static var prefix: String { "li" } }
package enum PaymentLinkKind: IdentifierKind { package static var prefix: String { "plink" } }

package typealias PlatformID = Identifier<PlatformKind>
package typealias BotID = Identifier<BotKind>
package typealias PersonID = Identifier<PersonKind>
package typealias CustomerID = Identifier<CustomerKind>
package typealias PaymentMethodID = Identifier<PaymentMethodKind>
package typealias TokenID = Identifier<TokenKind>
package typealias PaymentID = Identifier<PaymentKind>
package typealias ChargeID = Identifier<ChargeKind>
package typealias RefundID = Identifier<RefundKind>
package typealias FriendTransferID = Identifier<FriendTransferKind>
/// The reference of one message to a processor, stored before it is sent.
package typealias OperationID = Identifier<OperationKind>
package typealias EventID = Identifier<EventKind>
package typealias WebhookEndpointID = Identifier<WebhookEndpointKind>
package typealias DeliveryID = Identifier<DeliveryKind>
package typealias APIKeyID = Identifier<APIKeyIdentifierKind>
package typealias ConnectionID = Identifier<ConnectionKind>
package typealias RequestID = Identifier<RequestKind>
package typealias BalanceTransactionID = Identifier<BalanceTransactionKind>
package typealias ReversalID = Identifier<ReversalKind>
package typealias LedgerTransactionID = Identifier<LedgerTransactionKind>
package typealias PersonSessionID = Identifier<PersonSessionKind>
package typealias DisputeID = Identifier<DisputeKind>
package typealias SetupIntentID = Identifier<SetupIntentKind>
package typealias SetupAttemptID = Identifier<SetupAttemptKind>
package typealias MandateID = Identifier<MandateKind>
package typealias CheckoutID = Identifier<CheckoutKind>
package typealias LineItemID = Identifier<LineItemKind>
package typealias PaymentLinkID = Identifier<PaymentLinkKind>
