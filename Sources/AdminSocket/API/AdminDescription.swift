// Written by scripts/admin-openapi: change the contract and run it again.
// swift-format-ignore-file

/// docs/admin-openapi.yaml, as `GET /openapi.yaml` serves it.
enum AdminDescription {
    static let text: StaticString = #"""
        # Written by scripts/admin-openapi from the admin API's own source: change that, and run it again.
        openapi: "3.1.0"
        info:
          title: "Florin's admin API"
          version: "1"
          description: "HTTP/1.1 and JSON over a Unix socket; `florinctl` speaks it, and so does `curl --unix-socket /run/florin/admin.sock http://localhost/v1/status`. The kernel says who calls (SO_PEERCRED); user and groups decide the role. `x-florin-role` is the least role of a call, `x-florin-audit` how it is recorded: not at all (no), when it is read (read), before and after (around), or in the commit of its change (within). Moments are ISO 8601 in UTC; fields that have no value are left out."
        servers:
          - url: "http://localhost"
            description: "The socket; the host name means nothing."
        paths:
          /v1/status:
            get:
              operationId: "status"
              summary: "How the daemon is"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/StatusView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/service:
            get:
              operationId: "service"
              summary: "What the daemon accepts, and its log level"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ServiceView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/service/pause:
            post:
              operationId: "pause"
              summary: "Refuse new work until resumed"
              x-florin-role: "operator"
              x-florin-audit: "around"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ServiceView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/service/drain:
            post:
              operationId: "drain"
              summary: "Refuse new work and wait until nothing is in flight"
              x-florin-role: "operator"
              x-florin-audit: "around"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/DrainRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ServiceView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/service/resume:
            post:
              operationId: "resume"
              summary: "Accept work again"
              x-florin-role: "operator"
              x-florin-audit: "around"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ServiceView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/service/reload:
            post:
              operationId: "reload"
              summary: "Read certificates and limits anew"
              x-florin-role: "operator"
              x-florin-audit: "around"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ReloadView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/service/log-level:
            post:
              operationId: "logLevel"
              summary: "Change how much is logged"
              x-florin-role: "operator"
              x-florin-audit: "around"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/LogLevelView"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/LogLevelView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/platforms:
            get:
              operationId: "platforms"
              summary: "Platforms"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PlatformViewList"
                default:
                  $ref: "#/components/responses/Error"
            post:
              operationId: "createPlatform"
              summary: "Make a platform"
              x-florin-role: "admin"
              x-florin-audit: "around"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/CreatePlatformRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PlatformView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/bots:
            post:
              operationId: "createBot"
              summary: "Make a bot"
              x-florin-role: "admin"
              x-florin-audit: "around"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/CreateBotRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/BotView"
                default:
                  $ref: "#/components/responses/Error"
            get:
              operationId: "bots"
              summary: "Bots, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/BotViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/connections:
            post:
              operationId: "createConnection"
              summary: "Connect a platform or bot to a processor"
              x-florin-role: "admin"
              x-florin-audit: "around"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/CreateConnectionRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ConnectionView"
                default:
                  $ref: "#/components/responses/Error"
            get:
              operationId: "connections"
              summary: "Accounts at processors, and how they answer"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ConnectionHealthViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/vault/backup-acknowledgement:
            post:
              operationId: "acknowledgeBackup"
              summary: "Say that the root key is backed up apart"
              x-florin-role: "admin"
              x-florin-audit: "around"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ServiceView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/payments:
            get:
              operationId: "payments"
              summary: "Payments, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
                - name: "bot"
                  in: "query"
                  description: "Only of this bot."
                  schema:
                    type: "string"
                - name: "customer"
                  in: "query"
                  description: "Only of this customer."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PaymentViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/payments/{id}:
            get:
              operationId: "payment"
              summary: "One payment"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PaymentView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/transfers:
            get:
              operationId: "transfers"
              summary: "Friend transfers, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
                - name: "person"
                  in: "query"
                  description: "Only sent or received by this person."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/TransferViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/transfers/{id}:
            get:
              operationId: "transfer"
              summary: "One friend transfer"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/TransferView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/timeline/{id}:
            get:
              operationId: "timeline"
              summary: "Everything that is stored about one object, in order"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/TimelineView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/ledger/accounts:
            get:
              operationId: "accounts"
              summary: "Accounts of the book with their balances"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "kind"
                  in: "query"
                  description: "Only accounts of this kind."
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/AccountViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/ledger/accounts/{account}/entries:
            get:
              operationId: "entries"
              summary: "The newest postings of one account"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "account"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "before"
                  in: "query"
                  description: "Only rows with a smaller number."
                  schema:
                    type: "integer"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/EntryViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/ledger/verification:
            get:
              operationId: "verification"
              summary: "Prove the whole book"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/VerificationView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/vault:
            get:
              operationId: "vault"
              summary: "Data keys and their use"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/VaultView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/vault/rotation:
            get:
              operationId: "rotation"
              summary: "The key rotation that runs, or the last one"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RotationView"
                default:
                  $ref: "#/components/responses/Error"
            post:
              operationId: "rotate"
              summary: "Replace a key while the daemon serves"
              x-florin-role: "admin"
              x-florin-audit: "around"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/RotateRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RotationView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/backups:
            get:
              operationId: "backups"
              summary: "Backups, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/BackupViewList"
                default:
                  $ref: "#/components/responses/Error"
            post:
              operationId: "makeBackup"
              summary: "Make a sealed backup while the daemon serves"
              x-florin-role: "admin"
              x-florin-audit: "around"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/BackupRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/BackupJobView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/backups/job:
            get:
              operationId: "backupJob"
              summary: "The backup that is made or checked, or the last one"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/BackupJobView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/backups/check:
            post:
              operationId: "checkBackup"
              summary: "Read a backup through and say whether it is whole"
              x-florin-role: "admin"
              x-florin-audit: "around"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/BackupCheckRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/BackupJobView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/backups/{id}/forget:
            post:
              operationId: "forgetBackup"
              summary: "Strike a backup off the list"
              x-florin-role: "admin"
              x-florin-audit: "around"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/BackupViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/restore:
            get:
              operationId: "restore"
              summary: "How far a restored book is compared with the processors"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RestoreView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/restore/open:
            post:
              operationId: "openBook"
              summary: "Open a restored book"
              x-florin-role: "admin"
              x-florin-audit: "within"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/OpenBookRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RestoreView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/restore/operations:
            get:
              operationId: "recovered"
              summary: "What the comparison brought to light"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
                - name: "all"
                  in: "query"
                  description: "all"
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RecoveredViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/restore/operations/{id}/close:
            post:
              operationId: "closeRecovered"
              summary: "Close a case that the comparison brought to light"
              x-florin-role: "admin"
              x-florin-audit: "around"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/CloseCaseRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RecoveredView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/keys:
            get:
              operationId: "keys"
              summary: "API keys, without their text"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "owner"
                  in: "query"
                  description: "Only of this platform or bot."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/KeyViewList"
                default:
                  $ref: "#/components/responses/Error"
            post:
              operationId: "createKey"
              summary: "Make an API key; its text is in this answer and nowhere else"
              x-florin-role: "admin"
              x-florin-audit: "around"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/CreateKeyRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/CreatedKeyView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/keys/{id}/revoke:
            post:
              operationId: "revokeKey"
              summary: "Stop an API key from working"
              x-florin-role: "admin"
              x-florin-audit: "around"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/KeyView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/keys/{id}/roll:
            post:
              operationId: "rollKey"
              summary: "Replace an API key; the old one works on for a while"
              x-florin-role: "admin"
              x-florin-audit: "around"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/RollKeyRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RolledKeyView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/bots/{id}:
            get:
              operationId: "bot"
              summary: "One bot with its accounts"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/BotView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/people:
            get:
              operationId: "people"
              summary: "People, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PersonViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/people/{id}:
            get:
              operationId: "person"
              summary: "One person with their wallets"
              x-florin-role: "viewer"
              x-florin-audit: "read"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PersonView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/webhooks:
            get:
              operationId: "webhooks"
              summary: "Webhook endpoints with their newest deliveries"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "owner"
                  in: "query"
                  description: "Only of this platform or bot."
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/EndpointViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/webhooks/{id}/deliveries:
            get:
              operationId: "deliveries"
              summary: "The newest deliveries of one endpoint"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/DeliveryViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/webhooks/{id}/deliveries/{sequence}/resend:
            post:
              operationId: "resend"
              summary: "Send one delivery now"
              x-florin-role: "operator"
              x-florin-audit: "around"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
                - name: "sequence"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ResendView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/webhooks/listen:
            post:
              operationId: "listen"
              summary: "Send an owner's test events to a receiver on this machine; only florind dev does"
              x-florin-role: "admin"
              x-florin-audit: "within"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/ListenRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ListenView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/webhooks/{id}/stop:
            post:
              operationId: "stopListening"
              summary: "Send nothing more to a receiver"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/StoppedListeningView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/webhooks/{id}/examine:
            post:
              operationId: "examine"
              summary: "Why a receiver's signature check fails"
              x-florin-role: "operator"
              x-florin-audit: "read"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/ExamineWebhookRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/WebhookExaminationView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/unknown:
            get:
              operationId: "unknown"
              summary: "Messages to processors without a stored outcome"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/OperationViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/unknown/{id}/ask:
            post:
              operationId: "ask"
              summary: "Ask the processor now"
              x-florin-role: "operator"
              x-florin-audit: "around"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/AskView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/unknown/{id}:
            get:
              operationId: "unknownOperation"
              summary: "All there is to decide upon about one of them"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/UnknownView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/unknown/{id}/resolve:
            post:
              operationId: "resolveUnknown"
              summary: "Propose what became of one"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/ResolveRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ProposalView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/ledger/adjustments:
            post:
              operationId: "adjustLedger"
              summary: "Propose a posting by hand"
              x-florin-role: "operator"
              x-florin-audit: "within"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/AdjustmentRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ProposalView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/proposals:
            get:
              operationId: "proposals"
              summary: "Changes that take two operators, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
                - name: "state"
                  in: "query"
                  description: "Only in this state."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ProposalViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/proposals/{id}:
            get:
              operationId: "proposal"
              summary: "One proposal with its reason and evidence"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ProposalView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/proposals/{id}/approve:
            post:
              operationId: "approveProposal"
              summary: "Approve a proposal of somebody else, and carry it out"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ProposalView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/proposals/{id}/reject:
            post:
              operationId: "rejectProposal"
              summary: "End a proposal without carrying it out"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ProposalView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/reviews:
            get:
              operationId: "reviews"
              summary: "Payments and friend transfers that a rule holds, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
                - name: "state"
                  in: "query"
                  description: "Only in this state."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ReviewViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/reviews/{id}:
            get:
              operationId: "review"
              summary: "One case of the review queue"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ReviewView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/reviews/{id}/approve:
            post:
              operationId: "approveReview"
              summary: "Let what is held go on"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ReviewView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/reviews/{id}/reject:
            post:
              operationId: "rejectReview"
              summary: "Send back what is held"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ReviewView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/risk/decisions/{id}:
            get:
              operationId: "riskDecision"
              summary: "What the rules said of one charge or friend transfer"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RiskDecisionView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/limits:
            get:
              operationId: "limits"
              summary: "Everybody's sending limits"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/LimitsViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/people/{id}/limits:
            get:
              operationId: "personLimits"
              summary: "One person's sending limits, and what they have sent"
              x-florin-role: "viewer"
              x-florin-audit: "read"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PersonLimitsViewList"
                default:
                  $ref: "#/components/responses/Error"
            post:
              operationId: "setLimits"
              summary: "Give one person sending limits of their own in one currency"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/SetLimitsRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PersonLimitsViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/people/{id}/erase:
            post:
              operationId: "erasePerson"
              summary: "Forget a person; cannot be undone"
              x-florin-role: "admin"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/EraseRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ErasureView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/erasures:
            get:
              operationId: "erasures"
              summary: "Who was forgotten, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ErasureViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/erasures/{id}:
            get:
              operationId: "erasure"
              summary: "What was erased and what the books keep; by erasure, person or customer"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ErasureView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/events:
            get:
              operationId: "events"
              summary: "Events of everybody, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
                - name: "owner"
                  in: "query"
                  description: "Only of this platform or bot."
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
                - name: "type"
                  in: "query"
                  description: "Only types that begin so."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/EventViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/events/tail:
            get:
              operationId: "tail"
              summary: "Watch events as they are stored: one object on each line, an empty line when nothing happens"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "owner"
                  in: "query"
                  description: "Only of this platform or bot."
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
                - name: "type"
                  in: "query"
                  description: "Only types that begin so."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/x-ndjson:
                      schema:
                        $ref: "#/components/schemas/EventView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/events/{id}:
            get:
              operationId: "event"
              summary: "One event and its deliveries"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/EventView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/connections/{id}:
            get:
              operationId: "connection"
              summary: "One connection"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ConnectionHealthView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/connections/{id}/enable:
            post:
              operationId: "enableConnection"
              summary: "Let a connection have new payments"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ConnectionHealthView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/connections/{id}/disable:
            post:
              operationId: "disableConnection"
              summary: "Give a connection no new payments"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ConnectionHealthView"
                default:
                  $ref: "#/components/responses/Error"
          /openapi.yaml:
            get:
              operationId: "description"
              summary: "This document"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/yaml:
                      schema:
                        type: "string"
                default:
                  $ref: "#/components/responses/Error"
          /v1/audit:
            get:
              operationId: "audit"
              summary: "Rows of the audit log, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "before"
                  in: "query"
                  description: "Only rows with a smaller number."
                  schema:
                    type: "integer"
                - name: "subject"
                  in: "query"
                  description: "Only what was about this identifier."
                  schema:
                    type: "string"
                - name: "name"
                  in: "query"
                  description: "Only what this login name did."
                  schema:
                    type: "string"
                - name: "changes"
                  in: "query"
                  description: "Without what was only read."
                  schema:
                    type: "boolean"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/AuditEntryViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/audit/verification:
            get:
              operationId: "auditVerification"
              summary: "Prove that no row of the audit log was changed, removed or moved"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "head"
                  in: "query"
                  description: "`number:seal` of a row that was noted earlier."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/AuditVerificationView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/audit/{number}:
            get:
              operationId: "auditEntry"
              summary: "One row of the audit log"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "number"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/AuditEntryView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/connections/accounts:
            post:
              operationId: "addAccount"
              summary: "Connect an account at a processor"
              x-florin-role: "admin"
              x-florin-audit: "around"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/AddAccountRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ProcessorAccountView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/connections/{id}/test:
            post:
              operationId: "testConnection"
              summary: "Ask the processor whether the credentials are taken"
              x-florin-role: "operator"
              x-florin-audit: "around"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ProcessorAccountView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/connections/{id}/credentials:
            post:
              operationId: "rollConnection"
              summary: "Replace credentials or settings of a connection"
              x-florin-role: "admin"
              x-florin-audit: "around"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/RollAccountRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ProcessorAccountView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/cases:
            get:
              operationId: "cases"
              summary: "Disagreements between the book and processors, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
                - name: "state"
                  in: "query"
                  description: "Only in this state."
                  schema:
                    type: "string"
                - name: "kind"
                  in: "query"
                  description: "Only accounts of this kind."
                  schema:
                    type: "string"
                - name: "connection"
                  in: "query"
                  description: "connection"
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/CaseViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/cases/{id}:
            get:
              operationId: "caseFile"
              summary: "One disagreement, and how it ended"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/CaseView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/cases/{id}/assign:
            post:
              operationId: "assignCase"
              summary: "Note that you look into it"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/CaseView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/cases/{id}/release:
            post:
              operationId: "releaseCase"
              summary: "Note that nobody looks into it any more"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/CaseView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/cases/{id}/close:
            post:
              operationId: "closeCase"
              summary: "Close it for good; moves no money"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/CaseClosingRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/CaseView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/settlements:
            get:
              operationId: "settlements"
              summary: "Reconciliations with settlement reports, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
                - name: "connection"
                  in: "query"
                  description: "connection"
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/SettlementViewList"
                default:
                  $ref: "#/components/responses/Error"
            post:
              operationId: "startSettlement"
              summary: "Begin a reconciliation, or find the one that was not finished"
              x-florin-role: "operator"
              x-florin-audit: "within"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/StartSettlementRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/SettlementView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/settlements/{id}:
            get:
              operationId: "settlement"
              summary: "One reconciliation and what it found"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/SettlementView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/settlements/{id}/continue:
            post:
              operationId: "continueSettlement"
              summary: "Do its next step"
              x-florin-role: "operator"
              x-florin-audit: "read"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/SettlementView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/settlements/{id}/records:
            post:
              operationId: "settlementRecords"
              summary: "Take some records of a settlement file in"
              x-florin-role: "operator"
              x-florin-audit: "read"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/SettlementRecordsRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/SettlementView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/routing:
            get:
              operationId: "routing"
              summary: "The routing table in force, and how the connections are"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "platform"
                  in: "query"
                  description: "Of this platform; may be left out where there is one only."
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
                - name: "version"
                  in: "query"
                  description: "This version instead of the one in force."
                  schema:
                    type: "integer"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RoutingTableView"
                default:
                  $ref: "#/components/responses/Error"
            post:
              operationId: "setRouting"
              summary: "Put a routing table in force"
              x-florin-role: "admin"
              x-florin-audit: "within"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/SetRoutingRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RoutingTableView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/routing/versions:
            get:
              operationId: "routingHistory"
              summary: "Every version of a routing table, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "platform"
                  in: "query"
                  description: "Of this platform; may be left out where there is one only."
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
                - name: "before"
                  in: "query"
                  description: "Only rows with a smaller number."
                  schema:
                    type: "integer"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RoutingVersionViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/routing/check:
            post:
              operationId: "checkRouting"
              summary: "Check rules, and try them on charges; nothing is stored"
              x-florin-role: "operator"
              x-florin-audit: "around"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/CheckRoutingRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RoutingCheckView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/routing/payments/{id}:
            get:
              operationId: "explainRouting"
              summary: "Why each attempt of a payment went where it went"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RoutingExplanationView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/routing/what-if:
            get:
              operationId: "askRouting"
              summary: "Where a charge would go right now"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "platform"
                  in: "query"
                  description: "Of this platform; may be left out where there is one only."
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
                - name: "minor_units"
                  in: "query"
                  description: "The amount."
                  schema:
                    type: "integer"
                - name: "currency"
                  in: "query"
                  description: "The code of its currency."
                  schema:
                    type: "string"
                - name: "bot"
                  in: "query"
                  description: "Only of this bot."
                  schema:
                    type: "string"
                - name: "country"
                  in: "query"
                  description: "Of the bot; its own unless said."
                  schema:
                    type: "string"
                - name: "brand"
                  in: "query"
                  description: "`visa`, `mastercard` or `amex`."
                  schema:
                    type: "string"
                - name: "bin"
                  in: "query"
                  description: "The first two to eight digits of the card number."
                  schema:
                    type: "string"
                - name: "method"
                  in: "query"
                  description: "`card` or `paypal`."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/RoutingAnswerView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/disputes:
            get:
              operationId: "disputes"
              summary: "Disputes, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
                - name: "bot"
                  in: "query"
                  description: "Only of this bot."
                  schema:
                    type: "string"
                - name: "open"
                  in: "query"
                  description: "open"
                  schema:
                    type: "string"
                - name: "due_hours"
                  in: "query"
                  description: "due_hours"
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/DisputeViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/disputes/{id}:
            get:
              operationId: "dispute"
              summary: "One dispute with the money it has moved"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/DisputeView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/facts:
            get:
              operationId: "facts"
              summary: "What processors reported and could not be carried out"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/FactViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/bots/{id}/fees:
            get:
              operationId: "botFees"
              summary: "What the platform keeps of a bot's charges"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/BotFeeViewList"
                default:
                  $ref: "#/components/responses/Error"
            post:
              operationId: "setBotFee"
              summary: "Set or remove a bot's fee in one currency"
              x-florin-role: "admin"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/SetBotFeeRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/BotFeeViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/payouts:
            get:
              operationId: "payouts"
              summary: "Payouts to bots, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
                - name: "bot"
                  in: "query"
                  description: "Only of this bot."
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
                - name: "status"
                  in: "query"
                  description: "status"
                  schema:
                    type: "string"
                - name: "waiting"
                  in: "query"
                  description: "waiting"
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PayoutViewList"
                default:
                  $ref: "#/components/responses/Error"
          /v1/payouts/{id}:
            get:
              operationId: "payout"
              summary: "One payout"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PayoutView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/payouts/{id}/begin:
            post:
              operationId: "beginPayout"
              summary: "Take a bank transfer in hand, and see where it goes"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/TransferOrderView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/payouts/{id}/confirm:
            post:
              operationId: "confirmPayout"
              summary: "Say that the bank has made a transfer"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/ConfirmPayoutRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PayoutView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/payouts/{id}/fail:
            post:
              operationId: "failPayout"
              summary: "Say that a payout came to nothing, or came back"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/FailPayoutRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PayoutView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/bots/{id}/payout-schedule:
            get:
              operationId: "payoutSchedule"
              summary: "When a bot is paid out by itself"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PayoutScheduleView"
                default:
                  $ref: "#/components/responses/Error"
            post:
              operationId: "setPayoutSchedule"
              summary: "Set when a bot is paid out by itself"
              x-florin-role: "operator"
              x-florin-audit: "within"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/SetPayoutScheduleRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/PayoutScheduleView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/reports:
            get:
              operationId: "reports"
              summary: "Daily reports, newest first"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "limit"
                  in: "query"
                  description: "How many, 1 to 100; 20 unless said."
                  schema:
                    type: "integer"
                - name: "after"
                  in: "query"
                  description: "Only those older than this one: the last of the page before."
                  schema:
                    type: "string"
                - name: "owner"
                  in: "query"
                  description: "Only of this platform or bot."
                  schema:
                    type: "string"
                - name: "mode"
                  in: "query"
                  description: "Only of this mode: `test` or `live`."
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ReportViewList"
                default:
                  $ref: "#/components/responses/Error"
            post:
              operationId: "makeReports"
              summary: "Start making the files of one day"
              x-florin-role: "operator"
              x-florin-audit: "around"
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      $ref: "#/components/schemas/MakeReportsRequest"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ReportJobView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/reports/{id}:
            get:
              operationId: "report"
              summary: "One daily report"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ReportView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/reports/{id}/content:
            get:
              operationId: "reportPart"
              summary: "A piece of the file of a daily report"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              parameters:
                - name: "id"
                  in: "path"
                  required: true
                  schema:
                    type: "string"
                - name: "offset"
                  in: "query"
                  description: "offset"
                  schema:
                    type: "string"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ReportPartView"
                default:
                  $ref: "#/components/responses/Error"
          /v1/report-job:
            get:
              operationId: "reportJob"
              summary: "How far the making of reports is"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    application/json:
                      schema:
                        $ref: "#/components/schemas/ReportJobView"
                default:
                  $ref: "#/components/responses/Error"
          /metrics:
            get:
              operationId: "metrics"
              summary: "Counters, rates and queues, for Prometheus"
              x-florin-role: "viewer"
              x-florin-audit: "no"
              responses:
                "200":
                  description: "Done."
                  content:
                    text/plain:
                      schema:
                        type: "string"
                default:
                  $ref: "#/components/responses/Error"
        components:
          responses:
            Error:
              description: "Refused or failed; the message says what to do next."
              content:
                application/json:
                  schema:
                    $ref: "#/components/schemas/AdminErrorBody"
          schemas:
            AccountView:
              type: "object"
              additionalProperties: false
              properties:
                account:
                  type: "string"
                  description: "`kind:owner:currency:mode`; names the account in other requests."
                kind:
                  type: "string"
                owner:
                  type: "string"
                  description: "The bot, person, platform or connection."
                mode:
                  type: "string"
                balance:
                  $ref: "#/components/schemas/MoneyView"
                held:
                  $ref: "#/components/schemas/MoneyView"
                available:
                  $ref: "#/components/schemas/MoneyView"
              required:
                - "account"
                - "kind"
                - "owner"
                - "mode"
                - "balance"
                - "held"
                - "available"
              description: "An account of the book."
            AddAccountRequest:
              type: "object"
              additionalProperties: false
              properties:
                processor:
                  type: "string"
                  description: "`stripe`, `braintree` or `paypal`."
                owner:
                  type: "string"
                  description: "`plat_…` or `bot_…`."
                mode:
                  type: "string"
                  description: "`test` or `live`."
                account:
                  type: "string"
                  description: "The account's name for people, such as `acct_…`."
                funds_flow:
                  type: "string"
                  description: "To whom the processor pays out: `platform` or `bot`."
                settings:
                  type: "object"
                  additionalProperties:
                    type: "string"
                  description: "By the processor's own names: `key`, `webhook_secret`, `url`…"
              required:
                - "processor"
                - "owner"
                - "mode"
                - "account"
                - "funds_flow"
                - "settings"
              description: "Adds an account at a processor. Settings hold its credentials: they are sealed, and never shown or recorded."
            AdjustmentRequest:
              type: "object"
              additionalProperties: false
              properties:
                debit:
                  type: "string"
                  description: "The account that gives, as `ledger accounts` shows it."
                credit:
                  type: "string"
                  description: "The account that gets."
                minor_units:
                  type: "integer"
                  format: "int64"
                currency:
                  type: "string"
                  description: "Must be that of both accounts."
                reason:
                  type: "string"
              required:
                - "debit"
                - "credit"
                - "minor_units"
                - "currency"
                - "reason"
              description: "Asks for a posting by hand."
            AdjustmentView:
              type: "object"
              additionalProperties: false
              properties:
                debit:
                  type: "string"
                  description: "`kind:owner:currency:mode`."
                credit:
                  type: "string"
                amount:
                  $ref: "#/components/schemas/MoneyView"
              required:
                - "debit"
                - "credit"
                - "amount"
              description: "A posting by hand."
            AdminError:
              type: "object"
              additionalProperties: false
              properties:
                code:
                  $ref: "#/components/schemas/AdminErrorCode"
                message:
                  type: "string"
                  description: "What happened and what to do next, for people."
              required:
                - "code"
                - "message"
              description: "The body of every answer that is not 200: `{\"error\": {\"code\": …, \"message\": …}}`."
            AdminErrorBody:
              type: "object"
              additionalProperties: false
              properties:
                error:
                  $ref: "#/components/schemas/AdminError"
              required:
                - "error"
              description: "`AdminError` as it stands in an answer."
            AdminErrorCode:
              type: "string"
              enum:
                - "not_found"
                - "forbidden"
                - "invalid"
                - "conflict"
                - "method_not_allowed"
                - "unavailable"
                - "internal_error"
                - ".notFound: 404"
                - ".forbidden: 403"
                - ".invalid: 400"
                - ".conflict: 409"
                - ".method: 405"
                - ".unavailable: 503"
                - ".internal: 500"
              description: "Why, for programs."
            AdminRole:
              type: "string"
              enum:
                - "viewer"
                - "operator"
                - "admin"
                - ".viewer: 0"
                - ".operator: 1"
                - ".admin: 2"
              description: "What a caller of the admin socket may do; each includes the ones before it."
            AskView:
              type: "object"
              additionalProperties: false
              properties:
                was_settled:
                  type: "boolean"
                  description: "The processor gave a final answer, which is stored."
                operation:
                  $ref: "#/components/schemas/OperationView"
              required:
                - "was_settled"
              description: "What asking the processor came to."
            AuditEntryView:
              type: "object"
              additionalProperties: false
              properties:
                number:
                  type: "integer"
                  format: "int64"
                  description: "From 1, without a gap."
                time:
                  type: "string"
                phase:
                  type: "string"
                  description: "`begun`, `ended`, `done` (the whole call in one row) or `refused`."
                who:
                  $ref: "#/components/schemas/OperatorView"
                pid:
                  type: "integer"
                  format: "int32"
                route:
                  type: "string"
                  description: "Method and path, with the names of its parameters."
                subject:
                  type: "string"
                parameters:
                  type: "string"
                  description: "`name=value`; no secrets, no personal data."
                status:
                  type: "integer"
                  format: "int64"
                  description: "The answer's HTTP status."
                refers_to:
                  type: "integer"
                  format: "int64"
                  description: "The row of phase `begun` that this one ends."
                previous:
                  type: "string"
                  description: "Hexadecimal."
                seal:
                  type: "string"
              required:
                - "number"
                - "time"
                - "phase"
                - "who"
                - "pid"
                - "route"
                - "parameters"
                - "previous"
                - "seal"
              description: "One row of the audit log."
            AuditVerificationView:
              type: "object"
              additionalProperties: false
              properties:
                is_sound:
                  type: "boolean"
                rows:
                  type: "integer"
                  format: "int64"
                head:
                  type: "string"
                  description: "`number:seal` of the last row: note it elsewhere and give it to a later check."
                first_broken:
                  type: "integer"
                  format: "int64"
                  description: "The number of the first row that is not as it was written."
                problem:
                  type: "string"
              required:
                - "is_sound"
                - "rows"
              description: "What a check of the whole audit log found."
            BackupCheckRequest:
              type: "object"
              additionalProperties: false
              properties:
                path:
                  type: "string"
                  description: "Absolute path on the daemon's machine."
              required:
                - "path"
              description: "What to check."
            BackupCheckView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                schema:
                  type: "integer"
                  format: "int64"
                database_bytes:
                  type: "integer"
                  format: "int64"
                last_posting:
                  type: "integer"
                  format: "int64"
                accounts:
                  type: "integer"
                  format: "int64"
                  description: "Counts of its books; nil when the schema is older than the program's, and a restore has to prove them."
                postings:
                  type: "integer"
                  format: "int64"
              required:
                - "id"
                - "created"
                - "schema"
                - "database_bytes"
                - "last_posting"
              description: "What a check found to be so."
            BackupJobView:
              type: "object"
              additionalProperties: false
              properties:
                kind:
                  $ref: "#/components/schemas/BackupJobViewKind"
                path:
                  type: "string"
                state:
                  $ref: "#/components/schemas/BackupJobViewState"
                started:
                  type: "string"
                step:
                  type: "string"
                  description: "`copying`, `sealing`, `opening`, `checking`; nil before the first."
                done_bytes:
                  type: "integer"
                  format: "int64"
                total_bytes:
                  type: "integer"
                  format: "int64"
                message:
                  type: "string"
                  description: "How it ended, for people."
                backup:
                  $ref: "#/components/schemas/BackupView"
                check:
                  $ref: "#/components/schemas/BackupCheckView"
              required:
                - "kind"
                - "path"
                - "state"
                - "started"
                - "done_bytes"
                - "total_bytes"
              description: "The backup or check that runs, or the last one since the daemon started."
            BackupJobViewKind:
              type: "string"
              enum:
                - "backup"
                - "check"
              description: "Which of the two."
            BackupJobViewState:
              type: "string"
              enum:
                - "running"
                - "succeeded"
                - "failed"
              description: "Whether it still runs, and how it ended."
            BackupRequest:
              type: "object"
              additionalProperties: false
              properties:
                destination:
                  type: "string"
                  description: "Absolute path, on the daemon's machine, of a directory that exists or of a file that does not."
                keep_days:
                  type: "integer"
                  format: "int64"
                  description: "How long the backup is taken to exist; nil: until it is forgotten."
              required:
                - "destination"
              description: "What to back up to."
            BackupView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                expires:
                  type: "string"
                  description: "When its record is dropped; nil: when an operator forgets it."
                path:
                  type: "string"
                schema:
                  type: "integer"
                  format: "int64"
                database_bytes:
                  type: "integer"
                  format: "int64"
                file_bytes:
                  type: "integer"
                  format: "int64"
                database_sha256:
                  type: "string"
                  description: "SHA-256 in hexadecimal. The file's is what `sha256sum` prints."
                file_sha256:
                  type: "string"
                root_key:
                  type: "string"
                  description: "The public name of the root key that opens it: keep that key as long as the backup."
                kek_versions:
                  type: "array"
                  items:
                    type: "integer"
                    format: "int64"
                last_posting:
                  type: "integer"
                  format: "int64"
              required:
                - "id"
                - "created"
                - "path"
                - "schema"
                - "database_bytes"
                - "file_bytes"
                - "database_sha256"
                - "file_sha256"
                - "root_key"
                - "kek_versions"
                - "last_posting"
              description: "A backup that is taken to exist."
            BotFeeView:
              type: "object"
              additionalProperties: false
              properties:
                currency:
                  type: "string"
                basis_points:
                  type: "integer"
                  format: "int64"
                  description: "Hundredths of a percent."
                fixed:
                  $ref: "#/components/schemas/MoneyView"
              required:
                - "currency"
                - "basis_points"
                - "fixed"
              description: "What the platform asks of a bot for each charge in one currency."
            BotView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                platform:
                  type: "string"
                name:
                  type: "string"
                legal_name:
                  type: "string"
                merchant_category:
                  type: "string"
                country:
                  type: "string"
                statement_descriptor:
                  type: "string"
                is_active:
                  type: "boolean"
                accounts:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/AccountView"
                  description: "Empty in lists."
              required:
                - "id"
                - "created"
                - "platform"
                - "name"
                - "legal_name"
                - "merchant_category"
                - "country"
                - "statement_descriptor"
                - "is_active"
                - "accounts"
              description: "A merchant."
            CardView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                brand:
                  type: "string"
                last_four:
                  type: "string"
              required:
                - "id"
                - "brand"
                - "last_four"
              description: "What may be shown of a card."
            CaseClosingRequest:
              type: "object"
              additionalProperties: false
              properties:
                resolution:
                  type: "string"
                  description: "`explained`, `adjusted` or `corrected`."
                reason:
                  type: "string"
                proposal:
                  type: "string"
                  description: "The approved adjustment; with `adjusted` only."
              required:
                - "resolution"
                - "reason"
              description: "Closes a case for good."
            CaseView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                kind:
                  type: "string"
                  description: "What disagrees: `unknown_here`, `missing_at_processor`, `mismatch`, `payout_differs` and so on."
                state:
                  type: "string"
                  description: "`open`, `assigned` or `closed`."
                mode:
                  type: "string"
                connection:
                  type: "string"
                subject:
                  type: "string"
                  description: "What it is about: our reference, a line of a settlement, a payout."
                reference:
                  type: "string"
                  description: "Our reference of the message concerned."
                processor_reference:
                  type: "string"
                booked:
                  $ref: "#/components/schemas/MoneyView"
                reported:
                  $ref: "#/components/schemas/MoneyView"
                finding:
                  type: "string"
                  description: "What was found, in words."
                opened:
                  type: "string"
                age_seconds:
                  type: "integer"
                  format: "int64"
                last_seen:
                  type: "string"
                seen:
                  type: "integer"
                  format: "int64"
                  description: "How often it was found."
                assignee:
                  $ref: "#/components/schemas/PersonOnDutyView"
                resolution:
                  type: "string"
                  description: "Only of a closed one: `explained`, `adjusted`, `corrected` or `settled`."
                closed:
                  type: "string"
                closer:
                  $ref: "#/components/schemas/PersonOnDutyView"
                reason:
                  type: "string"
                  description: "Why it was closed, as the operator wrote it; only when one case is shown."
                proposal:
                  type: "string"
                  description: "The adjustment that corrected the book."
                next:
                  type: "string"
                  description: "The command that is meant for it, when there is one."
              required:
                - "id"
                - "kind"
                - "state"
                - "mode"
                - "connection"
                - "subject"
                - "finding"
                - "opened"
                - "age_seconds"
                - "last_seen"
                - "seen"
              description: "A disagreement between the book and a processor."
            CheckRoutingRequest:
              type: "object"
              additionalProperties: false
              properties:
                platform:
                  type: "string"
                  description: "Nil when there is one platform only."
                mode:
                  type: "string"
                  description: "Nil when the platform has connections of one mode only."
                rules:
                  type: "string"
                replay:
                  type: "integer"
                  description: "Tries them on so many of the newest charges, at most 1 000."
                charge:
                  $ref: "#/components/schemas/RoutedChargeRequest"
              required:
                - "rules"
              description: "Rules to be checked, and tried if asked. Nothing is stored."
            CloseCaseRequest:
              type: "object"
              additionalProperties: false
              properties:
                reason:
                  type: "string"
              required:
                - "reason"
              description: "How a case was dealt with."
            ConfirmPayoutRequest:
              type: "object"
              additionalProperties: false
              properties:
                reference:
                  type: "string"
                  description: "What the bank calls it; 1 to 64 characters."
              required:
                - "reference"
              description: "The bank has made the transfer."
            ConnectionHealthView:
              type: "object"
              additionalProperties: false
              properties:
                connection:
                  $ref: "#/components/schemas/ConnectionView"
                funds_flow:
                  type: "string"
                created:
                  type: "string"
                health:
                  $ref: "#/components/schemas/HealthView"
              required:
                - "connection"
                - "funds_flow"
                - "created"
              description: "A configured account at a processor, and how it answers."
            ConnectionView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                processor:
                  type: "string"
                mode:
                  type: "string"
                owner:
                  type: "string"
                is_enabled:
                  type: "boolean"
                is_live:
                  type: "boolean"
                  description: "An adapter serves it in this process."
              required:
                - "id"
                - "processor"
                - "mode"
                - "owner"
                - "is_enabled"
                - "is_live"
              description: "A configured account at a processor."
            ConsideredRuleView:
              type: "object"
              additionalProperties: false
              properties:
                line:
                  type: "integer"
                rule:
                  type: "string"
                unmet:
                  type: "string"
                  description: "The first condition that does not hold; nil when the rule applies."
              required:
                - "line"
                - "rule"
              description: "A rule that was looked at."
            CreateBotRequest:
              type: "object"
              additionalProperties: false
              properties:
                platform:
                  type: "string"
                name:
                  type: "string"
                  description: "What people see, 1 to 80 characters."
                legal_name:
                  type: "string"
                  description: "The business behind it, 1 to 200 characters."
                merchant_category:
                  type: "string"
                  description: "Four digits, ISO 18245."
                country:
                  type: "string"
                  description: "ISO 3166-1, two capital letters."
                statement_descriptor:
                  type: "string"
                  description: "What statements show."
              required:
                - "platform"
                - "name"
                - "legal_name"
                - "merchant_category"
                - "country"
                - "statement_descriptor"
              description: "A bot to be made."
            CreateConnectionRequest:
              type: "object"
              additionalProperties: false
              properties:
                owner:
                  type: "string"
                  description: "`plat_…` or `bot_…`."
                processor:
                  type: "string"
                  description: "`sandbox`."
                mode:
                  type: "string"
                  description: "`test`."
              required:
                - "owner"
                - "processor"
                - "mode"
              description: "A connection to be made, to a processor that needs no credentials."
            CreateKeyRequest:
              type: "object"
              additionalProperties: false
              properties:
                owner:
                  type: "string"
                  description: "`plat_…` or `bot_…`."
                kind:
                  type: "string"
                  description: "`secret`, `restricted` or `publishable`."
                mode:
                  type: "string"
                  description: "`test` or `live`."
                label:
                  type: "string"
                  description: "At most 80 characters."
                scopes:
                  type: "array"
                  items:
                    type: "string"
                  description: "For a restricted key, and only for one: what it may do."
              required:
                - "owner"
                - "kind"
                - "mode"
                - "label"
              description: "A key to be made."
            CreatePlatformRequest:
              type: "object"
              additionalProperties: false
              properties:
                name:
                  type: "string"
                  description: "1 to 80 characters."
              required:
                - "name"
              description: "A platform to be made."
            CreatedKeyView:
              type: "object"
              additionalProperties: false
              properties:
                key:
                  $ref: "#/components/schemas/KeyView"
                secret:
                  type: "string"
                  description: "Shown once; only a keyed hash is kept."
              required:
                - "key"
                - "secret"
              description: "With `RolledKeyView`, the only answer that ever carries a key."
            DataKeyView:
              type: "object"
              additionalProperties: false
              properties:
                number:
                  type: "integer"
                  format: "int64"
                purpose:
                  type: "string"
                state:
                  type: "string"
                kek_version:
                  type: "integer"
                  format: "int64"
                  description: "Which version of the key-encryption key wraps it."
                created:
                  type: "string"
                uses:
                  type: "integer"
                  format: "int64"
                  description: "At most; reservations of earlier runs count as used."
                use_limit:
                  type: "integer"
                  format: "int64"
              required:
                - "number"
                - "purpose"
                - "state"
                - "kek_version"
                - "created"
                - "uses"
                - "use_limit"
              description: "One data key; not its bytes."
            DecideReviewRequest:
              type: "object"
              additionalProperties: false
              properties:
                reason:
                  type: "string"
                  description: "Why; kept, sealed, with the decision."
              required:
                - "reason"
              description: "Decides a case."
            DeliveryCounts:
              type: "object"
              additionalProperties: false
              properties:
                pending:
                  type: "integer"
                  format: "int64"
                oldest_pending:
                  type: "string"
              required:
                - "pending"
              description: "Webhooks that wait."
            DeliveryView:
              type: "object"
              additionalProperties: false
              properties:
                endpoint:
                  type: "string"
                sequence:
                  type: "integer"
                  format: "int64"
                event:
                  type: "string"
                type:
                  type: "string"
                state:
                  type: "string"
                  description: "`pending`, `delivered` or `given_up`."
                attempts:
                  type: "integer"
                  format: "int64"
                last_status:
                  type: "integer"
                  format: "int64"
                  description: "The last answer's HTTP status."
                created:
                  type: "string"
                next_attempt:
                  type: "string"
                  description: "Only while it is pending."
              required:
                - "endpoint"
                - "sequence"
                - "event"
                - "type"
                - "state"
                - "attempts"
                - "created"
              description: "One event on its way to one endpoint."
            DisputeMovementView:
              type: "object"
              additionalProperties: false
              properties:
                created:
                  type: "string"
                kind:
                  type: "string"
                  description: "`withdrawn`, `reinstated`, `fee` or `fee_returned`."
                amount:
                  $ref: "#/components/schemas/MoneyView"
                posting:
                  type: "integer"
                  format: "int64"
              required:
                - "created"
                - "kind"
                - "amount"
                - "posting"
              description: "What money did in a dispute."
            DisputeView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                status:
                  type: "string"
                  description: "As the bot reads it: `needs_response`, `won`…"
                reason:
                  type: "string"
                amount:
                  $ref: "#/components/schemas/MoneyView"
                mode:
                  type: "string"
                owner:
                  type: "string"
                  description: "The bot, or the platform whose person it is about."
                subject:
                  type: "string"
                  description: "The charge, transfer or top-up."
                connection:
                  type: "string"
                processor_reference:
                  type: "string"
                  description: "The processor's own name for it."
                respond_by:
                  type: "string"
                  description: "Until when evidence is taken; nil when none is."
                has_evidence:
                  type: "boolean"
                submissions:
                  type: "integer"
                  format: "int64"
                response:
                  type: "string"
                  description: "The message whose outcome is open."
                movements:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/DisputeMovementView"
              required:
                - "id"
                - "created"
                - "status"
                - "reason"
                - "amount"
                - "mode"
                - "owner"
                - "subject"
                - "connection"
                - "processor_reference"
                - "has_evidence"
                - "submissions"
                - "movements"
              description: "A cardholder's objection to a charge, as operators see it. Evidence is not shown: it is about people."
            DrainRequest:
              type: "object"
              additionalProperties: false
              properties:
                seconds:
                  type: "integer"
                  description: "0 to 600."
              required:
                - "seconds"
              description: "How long to wait until nothing is in flight."
            EndpointView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                owner:
                  type: "string"
                mode:
                  type: "string"
                url:
                  type: "string"
                is_enabled:
                  type: "boolean"
                types:
                  type: "array"
                  items:
                    type: "string"
                  description: "Empty means all."
                recent:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/DeliveryView"
                  description: "The newest ones, newest first."
              required:
                - "id"
                - "created"
                - "owner"
                - "mode"
                - "url"
                - "is_enabled"
                - "types"
                - "recent"
              description: "Where an owner wants its events."
            EntryView:
              type: "object"
              additionalProperties: false
              properties:
                posting:
                  type: "integer"
                  format: "int64"
                created:
                  type: "string"
                reason:
                  type: "string"
                amount:
                  $ref: "#/components/schemas/MoneyView"
                balance_after:
                  $ref: "#/components/schemas/MoneyView"
                counterpart:
                  type: "string"
                  description: "The account on the other side."
              required:
                - "posting"
                - "created"
                - "reason"
                - "amount"
                - "balance_after"
                - "counterpart"
              description: "One posting as one account sees it."
            EraseRequest:
              type: "object"
              additionalProperties: false
              properties:
                confirm:
                  type: "string"
                  description: "The person's identifier once more."
              required:
                - "confirm"
              description: "Erases a person. Cannot be undone."
            ErasureView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                subject:
                  type: "string"
                  description: "`per_…` or `cus_…`."
                mode:
                  type: "string"
                requested:
                  type: "string"
                requested_by:
                  type: "string"
                is_replay:
                  type: "boolean"
                  description: "Done again on a restored backup."
                step:
                  type: "string"
                  description: "`journal`, `belongings`, `events`, `answers`, `pages`, then `done`."
                completed:
                  type: "string"
                  description: "Nil until it is complete."
                erased:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/ErasureViewErased"
                kept:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/ErasureViewKept"
                notes:
                  type: "array"
                  items:
                    type: "string"
                  description: "What is outside the daemon's reach."
              required:
                - "id"
                - "subject"
                - "mode"
                - "requested"
                - "requested_by"
                - "is_replay"
                - "step"
                - "erased"
                - "kept"
                - "notes"
              description: "What was erased of a person or customer, and what the books keep: a certificate once it is complete."
            ErasureViewErased:
              type: "object"
              additionalProperties: false
              properties:
                what:
                  type: "string"
                count:
                  type: "integer"
                  format: "int64"
                  description: "How many; nil for what there is once."
                how:
                  type: "string"
              required:
                - "what"
                - "how"
              description: "Something that was destroyed."
            ErasureViewKept:
              type: "object"
              additionalProperties: false
              properties:
                what:
                  type: "string"
                why:
                  type: "string"
              required:
                - "what"
                - "why"
              description: "Something that stays."
            EventView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                type:
                  type: "string"
                mode:
                  type: "string"
                owner:
                  type: "string"
                  description: "Who is told of it."
                subject:
                  type: "string"
                  description: "What it is about."
                deliveries:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/DeliveryView"
                  description: "Only for a single event."
              required:
                - "id"
                - "created"
                - "type"
                - "mode"
                - "owner"
                - "subject"
              description: "An event without its object: names and notes of people stay sealed."
            EvidenceView:
              type: "object"
              additionalProperties: false
              properties:
                first:
                  type: "string"
                last:
                  type: "string"
                count:
                  type: "integer"
                  format: "int64"
                  description: "How often it was seen in a row."
                text:
                  type: "string"
              required:
                - "first"
                - "last"
                - "count"
                - "text"
              description: "Something that was learnt about a message."
            ExamineWebhookRequest:
              type: "object"
              additionalProperties: false
              properties:
                signature:
                  type: "string"
                  description: "`Stripe-Signature`; nil when there was none."
                body:
                  type: "string"
                  description: "The body's bytes in Base64."
              required:
                - "body"
              description: "A message as a receiver got it."
            FactView:
              type: "object"
              additionalProperties: false
              properties:
                recorded:
                  type: "string"
                connection:
                  type: "string"
                id:
                  type: "string"
                  description: "The processor's own name for the report."
                kind:
                  type: "string"
                operation:
                  type: "string"
                  description: "The message that it is about."
                problem:
                  type: "string"
              required:
                - "recorded"
                - "connection"
                - "id"
                - "kind"
                - "operation"
                - "problem"
              description: "What a processor reported and could not be carried out."
            FailPayoutRequest:
              type: "object"
              additionalProperties: false
              properties:
                code:
                  type: "string"
                  description: "One of the codes that bots read, such as `account_closed`."
              required:
                - "code"
              description: "The transfer came to nothing, or came back."
            FrontCounts:
              type: "object"
              additionalProperties: false
              properties:
                address:
                  type: "string"
                open_connections:
                  type: "integer"
                requests_in_flight:
                  type: "integer"
              required:
                - "address"
                - "open_connections"
                - "requests_in_flight"
              description: "The HTTPS front right now."
            HealthView:
              type: "object"
              additionalProperties: false
              properties:
                approved:
                  type: "integer"
                declined:
                  type: "integer"
                undecided:
                  type: "integer"
                not_processed:
                  type: "integer"
                unknown:
                  type: "integer"
                approval_basis_points:
                  type: "integer"
                  format: "int64"
                  description: "Approvals among approvals and declines, in hundredths of a percent."
                last_answer:
                  type: "string"
                last_problem:
                  type: "string"
                last_problem_time:
                  type: "string"
              required:
                - "approved"
                - "declined"
                - "undecided"
                - "not_processed"
                - "unknown"
              description: "The newest answers of a connection, at most 200, since the daemon started."
            KeyView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                owner:
                  type: "string"
                kind:
                  type: "string"
                mode:
                  type: "string"
                hint:
                  type: "string"
                  description: "The last four characters."
                label:
                  type: "string"
                state:
                  type: "string"
                  description: "`active`, `expired` or `revoked`."
                expires:
                  type: "string"
                revoked:
                  type: "string"
                scopes:
                  type: "array"
                  items:
                    type: "string"
                  description: "What a restricted key may do, such as `payment_intents:write`; empty for other kinds."
                last_used:
                  type: "string"
                  description: "To the minute, and up to a minute late; nil when it was never used."
              required:
                - "id"
                - "created"
                - "owner"
                - "kind"
                - "mode"
                - "hint"
                - "label"
                - "state"
                - "scopes"
              description: "An API key; not the key itself."
            LimitsView:
              type: "object"
              additionalProperties: false
              properties:
                currency:
                  type: "string"
                per_transfer:
                  $ref: "#/components/schemas/MoneyView"
                per_day:
                  $ref: "#/components/schemas/MoneyView"
                per_week:
                  $ref: "#/components/schemas/MoneyView"
              required:
                - "currency"
              description: "What may be sent in one currency. A limit that is nil does not exist."
            ListenRequest:
              type: "object"
              additionalProperties: false
              properties:
                owner:
                  type: "string"
                  description: "A platform or a bot."
                url:
                  type: "string"
                  description: "`http://` on loopback."
                types:
                  type: "array"
                  items:
                    type: "string"
                  description: "Empty means all."
              required:
                - "owner"
                - "url"
                - "types"
              description: "What makes a receiver on this machine hear of an owner's test events."
            ListenView:
              type: "object"
              additionalProperties: false
              properties:
                endpoint:
                  type: "string"
                secret:
                  type: "string"
                  description: "What its messages are signed with: the same each time for the same owner and address."
                last_sequence:
                  type: "integer"
                  format: "int64"
                  description: "The number of the newest delivery so far; 0 before the first."
              required:
                - "endpoint"
                - "secret"
                - "last_sequence"
              description: "A receiver on this machine that hears of events."
            LogLevelView:
              type: "object"
              additionalProperties: false
              properties:
                level:
                  type: "string"
                  description: "`trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`."
              required:
                - "level"
              description: "The least important lines that are logged."
            MakeReportsRequest:
              type: "object"
              additionalProperties: false
              properties:
                day:
                  type: "string"
                  description: "`2026-11-20`."
                mode:
                  type: "string"
                owner:
                  type: "string"
                  description: "A bot or a platform; nil for all of them."
              required:
                - "day"
                - "mode"
              description: "Makes the files of one day."
            MoneyView:
              type: "object"
              additionalProperties: false
              properties:
                minor_units:
                  type: "integer"
                  format: "int64"
                currency:
                  type: "string"
                text:
                  type: "string"
              required:
                - "minor_units"
                - "currency"
                - "text"
              description: "An amount: whole minor units, the currency's code in lower case, and the text for people (`12.34 USD`)."
            OpenBookRequest:
              type: "object"
              additionalProperties: false
              properties:
                reason:
                  type: "string"
                compared_by_hand:
                  type: "boolean"
                  description: "Somebody compared the books of connections that cannot be asked."
              required:
                - "reason"
                - "compared_by_hand"
              description: "Why the book may move money again."
            OperationCounts:
              type: "object"
              additionalProperties: false
              properties:
                open:
                  type: "integer"
                  format: "int64"
                  description: "Without a stored outcome, those that are being sent right now included."
                unknown:
                  type: "integer"
                  format: "int64"
                  description: "Of these, the ones whose outcome is unknown."
                conflicts:
                  type: "integer"
                  format: "int64"
                  description: "Of these, the ones where the processor contradicts the book: a person must decide."
                oldest_open:
                  type: "string"
                in_flight:
                  type: "integer"
                  description: "Being sent or settled by this process."
              required:
                - "open"
                - "unknown"
                - "conflicts"
                - "in_flight"
              description: "Messages to processors."
            OperationView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                purpose:
                  type: "string"
                subject:
                  type: "string"
                  description: "The payment, refund, transfer or wallet movement."
                mode:
                  type: "string"
                connection:
                  type: "string"
                unknown:
                  type: "string"
                  description: "Why nobody knows; nil while the first answer is awaited."
                lookups:
                  type: "integer"
                  format: "int64"
                next_lookup:
                  type: "string"
                conflict:
                  type: "string"
                  description: "What the processor said that contradicts the book. Nobody asks any more: a person must decide."
              required:
                - "id"
                - "created"
                - "purpose"
                - "subject"
                - "mode"
                - "connection"
                - "lookups"
              description: "A message to a processor whose outcome is not stored."
            OperatorView:
              type: "object"
              additionalProperties: false
              properties:
                uid:
                  type: "integer"
                  format: "int64"
                  minimum: 0
                login_uid:
                  type: "integer"
                  format: "int64"
                  minimum: 0
                  description: "The user who logged in, when the kernel says: it survives `sudo`."
                name:
                  type: "string"
                role:
                  type: "string"
              required:
                - "uid"
                - "name"
                - "role"
              description: "Somebody at the admin socket."
            OutcomeProposalView:
              type: "object"
              additionalProperties: false
              properties:
                operation:
                  type: "string"
                decision:
                  type: "string"
                  description: "`approved`, `declined`, `not_processed` or `book_stands`."
                processor_reference:
                  type: "string"
                minor_units:
                  type: "integer"
                  format: "int64"
                  description: "Nil for what was asked."
              required:
                - "operation"
                - "decision"
              description: "What is said to have become of a message to a processor."
            PaymentView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                bot:
                  type: "string"
                mode:
                  type: "string"
                status:
                  type: "string"
                amount:
                  $ref: "#/components/schemas/MoneyView"
                captured:
                  $ref: "#/components/schemas/MoneyView"
                refunded:
                  $ref: "#/components/schemas/MoneyView"
                refunding:
                  $ref: "#/components/schemas/MoneyView"
                capture:
                  type: "string"
                customer:
                  type: "string"
                card:
                  $ref: "#/components/schemas/CardView"
                latest_charge:
                  type: "string"
                decline_code:
                  type: "string"
              required:
                - "id"
                - "created"
                - "bot"
                - "mode"
                - "status"
                - "amount"
                - "captured"
                - "refunded"
                - "refunding"
                - "capture"
              description: "A payment as operators see it. Sealed texts (description, metadata) are left out."
            PayoutScheduleView:
              type: "object"
              additionalProperties: false
              properties:
                bot:
                  type: "string"
                mode:
                  type: "string"
                interval:
                  type: "string"
                  description: "`manual`, `daily`, `weekly` or `monthly`."
                weekdays:
                  type: "array"
                  items:
                    type: "string"
                  description: "`monday`…; with `weekly` only."
                month_days:
                  type: "array"
                  items:
                    type: "integer"
                    format: "int64"
                  description: "1 to 31; with `monthly` only."
                next_day:
                  type: "string"
                  description: "The next day in UTC; nil when by hand only."
                minimums:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/MoneyView"
              required:
                - "bot"
                - "mode"
                - "interval"
                - "weekdays"
                - "month_days"
                - "minimums"
              description: "When a bot is paid out by itself."
            PayoutView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                status:
                  type: "string"
                  description: "As the bot reads it: `pending`, `in_transit`, `paid`, `failed`, `canceled`."
                amount:
                  $ref: "#/components/schemas/MoneyView"
                mode:
                  type: "string"
                bot:
                  type: "string"
                destination:
                  type: "string"
                kind:
                  type: "string"
                  description: "`card`, `paypal_account` or `bank_account`."
                last_four:
                  type: "string"
                  description: "The last characters of the account's number; nil for an account that is named by an e-mail."
                method:
                  type: "string"
                  description: "`standard` or `instant`."
                automatic:
                  type: "boolean"
                  description: "Made by the bot's schedule."
                due:
                  type: "string"
                  description: "When it is to be sent."
                failure_code:
                  type: "string"
                connection:
                  type: "string"
                reference:
                  type: "string"
                  description: "The processor's name for it, or the bank's reference."
                begun_by:
                  type: "integer"
                  format: "int64"
                  description: "The user's number of the operator who began the transfer."
              required:
                - "id"
                - "created"
                - "status"
                - "amount"
                - "mode"
                - "bot"
                - "destination"
                - "kind"
                - "method"
                - "automatic"
                - "due"
              description: "Money on its way to a bot."
            PersonLimitsView:
              type: "object"
              additionalProperties: false
              properties:
                person:
                  type: "string"
                limits:
                  $ref: "#/components/schemas/LimitsView"
                overridden:
                  type: "array"
                  items:
                    type: "string"
                  description: "Which of the three an operator set: `per_transfer`, `per_day`, `per_week`."
                sent_today:
                  $ref: "#/components/schemas/MoneyView"
                sent_in_week:
                  $ref: "#/components/schemas/MoneyView"
              required:
                - "person"
                - "limits"
                - "overridden"
                - "sent_today"
                - "sent_in_week"
              description: "What one person may send in one currency, and what they have sent."
            PersonOnDutyView:
              type: "object"
              additionalProperties: false
              properties:
                uid:
                  type: "integer"
                  format: "int64"
                  minimum: 0
                name:
                  type: "string"
              required:
                - "uid"
                - "name"
              description: "Who proposed or decided."
            PersonView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                platform:
                  type: "string"
                mode:
                  type: "string"
                has_profile:
                  type: "boolean"
                  description: "Something is known of them; false after an erasure."
                accounts:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/AccountView"
                  description: "Empty in lists."
              required:
                - "id"
                - "created"
                - "platform"
                - "mode"
                - "has_profile"
                - "accounts"
              description: "Somebody who chats, without anything that says who: names and addresses stay sealed."
            PlatformView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                name:
                  type: "string"
              required:
                - "id"
                - "created"
                - "name"
              description: "A chat app that runs the gateway for its people and bots."
            ProcessorAccountView:
              type: "object"
              additionalProperties: false
              properties:
                connection:
                  type: "string"
                processor:
                  type: "string"
                mode:
                  type: "string"
                owner:
                  type: "string"
                is_enabled:
                  type: "boolean"
                verdict:
                  type: "string"
                  description: "`usable`, `refused` or `unreachable` after a test; nil when nothing was asked."
                detail:
                  type: "string"
                  description: "What the processor said, without secrets."
              required:
                - "connection"
                - "processor"
                - "mode"
                - "owner"
                - "is_enabled"
              description: "A connection that was added, changed or asked."
            ProposalView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                expires:
                  type: "string"
                state:
                  type: "string"
                  description: "`open`, `approved`, `rejected` or `expired`."
                kind:
                  type: "string"
                  description: "`outcome`, `adjustment` or `open_book`."
                summary:
                  type: "string"
                  description: "What it would do, in words."
                reason:
                  type: "string"
                  description: "Why, as the proposer wrote it."
                evidence:
                  type: "string"
                proposer:
                  $ref: "#/components/schemas/PersonOnDutyView"
                decider:
                  $ref: "#/components/schemas/PersonOnDutyView"
                decided:
                  type: "string"
                outcome:
                  $ref: "#/components/schemas/OutcomeProposalView"
                adjustment:
                  $ref: "#/components/schemas/AdjustmentView"
              required:
                - "id"
                - "created"
                - "expires"
                - "state"
                - "kind"
                - "summary"
                - "reason"
                - "proposer"
              description: "A change that takes two people."
            ReconciliationView:
              type: "object"
              additionalProperties: false
              properties:
                connection:
                  type: "string"
                processor:
                  type: "string"
                state:
                  type: "string"
                  description: "`unfinished`, `complete`, `cannot_be_asked`."
                updated:
                  type: "string"
                seen:
                  type: "integer"
                  format: "int64"
                recovered:
                  type: "integer"
                  format: "int64"
              required:
                - "connection"
                - "processor"
                - "state"
                - "seen"
                - "recovered"
              description: "How far the comparison with one processor is."
            RecoveredView:
              type: "object"
              additionalProperties: false
              properties:
                reference:
                  type: "string"
                connection:
                  type: "string"
                kind:
                  type: "string"
                amount:
                  $ref: "#/components/schemas/MoneyView"
                original:
                  type: "string"
                made:
                  type: "string"
                state:
                  type: "string"
                  description: "`open`, `booked`, `claimed`, `closed`, `harmless`."
                posting:
                  type: "integer"
                  format: "int64"
                note:
                  type: "string"
              required:
                - "reference"
                - "connection"
                - "kind"
                - "amount"
                - "made"
                - "state"
                - "note"
              description: "An operation that a processor carried out and that the restored book knew nothing of."
            ReloadView:
              type: "object"
              additionalProperties: false
              properties:
                applied:
                  type: "array"
                  items:
                    type: "string"
                  description: "Keys whose new values are in force."
                needs_restart:
                  type: "array"
                  items:
                    type: "string"
                  description: "Keys that changed in the file and wait for a restart."
                problems:
                  type: "array"
                  items:
                    type: "string"
                  description: "What is wrong; nothing was changed then."
              required:
                - "applied"
                - "needs_restart"
                - "problems"
              description: "What came of reading the configuration anew."
            ReportJobView:
              type: "object"
              additionalProperties: false
              properties:
                state:
                  $ref: "#/components/schemas/ReportJobViewState"
                day:
                  type: "string"
                mode:
                  type: "string"
                started:
                  type: "string"
                done:
                  type: "integer"
                  format: "int64"
                  description: "Owners whose files are made, of all."
                total:
                  type: "integer"
                  format: "int64"
                rows:
                  type: "integer"
                  format: "int64"
                  description: "Rows of the book that were looked at."
                message:
                  type: "string"
                  description: "Why it failed, for people."
                reports:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/ReportView"
                  description: "At most the hundred newest of those that were made."
              required:
                - "state"
                - "day"
                - "mode"
                - "started"
                - "done"
                - "total"
                - "rows"
                - "reports"
              description: "How far the making of reports is."
            ReportJobViewState:
              type: "string"
              enum:
                - "running"
                - "succeeded"
                - "failed"
              description: "Whether it is over."
            ReportPartView:
              type: "object"
              additionalProperties: false
              properties:
                text:
                  type: "string"
                next:
                  type: "integer"
                  format: "int64"
                  description: "Where the next piece begins; nil at the end."
              required:
                - "text"
              description: "A piece of a report's file."
            ReportView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                owner:
                  type: "string"
                  description: "The bot or the platform."
                mode:
                  type: "string"
                type:
                  type: "string"
                  description: "`balance`, `transactions`, `fees`, `payouts` or `disputes`."
                day:
                  type: "string"
                  description: "In UTC, from midnight to midnight."
                created:
                  type: "string"
                rows:
                  type: "integer"
                  format: "int64"
                  description: "Without the first line."
                size:
                  type: "integer"
                  format: "int64"
                sha256:
                  type: "string"
                file:
                  type: "string"
                  description: "Below the folder `reports` of the state directory."
              required:
                - "id"
                - "owner"
                - "mode"
                - "type"
                - "day"
                - "created"
                - "rows"
                - "size"
                - "sha256"
                - "file"
              description: "A daily file that was made."
            ResendView:
              type: "object"
              additionalProperties: false
              properties:
                was_delivered:
                  type: "boolean"
                  description: "The receiver answered 2xx."
                delivery:
                  $ref: "#/components/schemas/DeliveryView"
              required:
                - "was_delivered"
                - "delivery"
              description: "What became of sending a delivery again."
            ResolveRequest:
              type: "object"
              additionalProperties: false
              properties:
                decision:
                  type: "string"
                  description: "`approved`, `declined`, `not-processed` or `book-stands`."
                evidence:
                  type: "string"
                  description: "What shows it: what the processor's own records say, and who looked."
                processor_reference:
                  type: "string"
                  description: "Required for an approval of a charge, a pull or a top-up."
                minor_units:
                  type: "integer"
                  format: "int64"
                  description: "When less was approved than asked."
              required:
                - "decision"
                - "evidence"
              description: "Asks for a decision on an unknown outcome or a contradiction."
            RestoreView:
              type: "object"
              additionalProperties: false
              properties:
                is_read_only:
                  type: "boolean"
                  description: "Nothing that moves money is accepted."
                generation:
                  type: "integer"
                  format: "int64"
                  description: "How often the book was restored; 0 for one that never was."
                backup:
                  type: "string"
                backup_created:
                  type: "string"
                restored:
                  type: "string"
                opened:
                  type: "string"
                operators:
                  type: "string"
                reason:
                  type: "string"
                connections:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/ReconciliationView"
                open_cases:
                  type: "integer"
                  format: "int64"
                  description: "Operations that processors carried out and the book does not know the owner of."
                proposal:
                  type: "string"
                  description: "Only in the answer to a wish to open it: what another admin has to approve."
              required:
                - "is_read_only"
                - "generation"
                - "connections"
                - "open_cases"
              description: "Whether the book was restored from a backup, and how far it is from being used again."
            ReviewView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                  description: "The payment or transfer."
                kind:
                  type: "string"
                  description: "`payment` or `friend_transfer`."
                state:
                  type: "string"
                  description: "`open`, `approved`, `rejected`, `lapsed` or `withdrawn`."
                opened:
                  type: "string"
                due:
                  type: "string"
                  description: "When the money goes back by itself."
                mode:
                  type: "string"
                amount:
                  $ref: "#/components/schemas/MoneyView"
                status:
                  type: "string"
                  description: "What the payment or transfer is now."
                from:
                  type: "string"
                  description: "A bot, or the person who sends."
                recipient:
                  type: "string"
                  description: "Of a transfer only."
                rule:
                  type: "string"
                explanation:
                  type: "string"
                  description: "What made the rule hold."
                closed:
                  type: "string"
                decider:
                  $ref: "#/components/schemas/PersonOnDutyView"
                reason:
                  type: "string"
                  description: "What the decider wrote."
              required:
                - "id"
                - "kind"
                - "state"
                - "opened"
                - "due"
                - "mode"
                - "amount"
                - "status"
                - "from"
                - "explanation"
              description: "A payment or friend transfer whose money is held, or was, until an operator decides."
            RiskDecisionView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                  description: "The charge or transfer."
                action:
                  type: "string"
                  description: "`allow`, `review` or `block`."
                rule:
                  type: "string"
                  description: "Missing when no rule held."
                explanation:
                  type: "string"
                decided:
                  type: "string"
              required:
                - "id"
                - "action"
                - "explanation"
                - "decided"
              description: "What the rules said of one charge or friend transfer."
            RollAccountRequest:
              type: "object"
              additionalProperties: false
              properties:
                settings:
                  type: "object"
                  additionalProperties:
                    type: "string"
              required:
                - "settings"
              description: "Replaces settings of an account; those that are not named stay."
            RollKeyRequest:
              type: "object"
              additionalProperties: false
              properties:
                overlap_seconds:
                  type: "integer"
                  format: "int64"
                  description: "How long the old key goes on beside the new one: 0 to 604 800."
              required:
                - "overlap_seconds"
              description: "How a key is to be replaced."
            RolledKeyView:
              type: "object"
              additionalProperties: false
              properties:
                old:
                  $ref: "#/components/schemas/KeyView"
                key:
                  $ref: "#/components/schemas/KeyView"
                secret:
                  type: "string"
                  description: "Of the new key. Shown once; only a keyed hash is kept."
              required:
                - "old"
                - "key"
                - "secret"
              description: "The key that ends and the one that takes its place."
            RotateRequest:
              type: "object"
              additionalProperties: false
              properties:
                target:
                  type: "string"
                  description: "`kek`, or the purpose of a data key: `card`, `personal`, `record`, `credential`."
              required:
                - "target"
              description: "What to rotate."
            RotationReportView:
              type: "object"
              additionalProperties: false
              properties:
                is_proved_empty:
                  type: "boolean"
                  description: "Counted afterwards: nothing is under the old key. False for records, which age out instead."
                was_resumed:
                  type: "boolean"
                  description: "It had been interrupted earlier."
                moved:
                  type: "integer"
                  format: "int64"
                current:
                  type: "integer"
                  format: "int64"
                  description: "The new data key's number, or the new version of the key-encryption key."
                retired:
                  type: "array"
                  items:
                    type: "integer"
                    format: "int64"
              required:
                - "is_proved_empty"
                - "was_resumed"
                - "moved"
                - "current"
                - "retired"
              description: "What a rotation that succeeded did."
            RotationView:
              type: "object"
              additionalProperties: false
              properties:
                target:
                  type: "string"
                state:
                  $ref: "#/components/schemas/RotationViewState"
                started:
                  type: "string"
                done:
                  type: "integer"
                  format: "int64"
                total:
                  type: "integer"
                  format: "int64"
                message:
                  type: "string"
                  description: "How it ended, for people."
                report:
                  $ref: "#/components/schemas/RotationReportView"
              required:
                - "target"
                - "state"
                - "started"
                - "done"
                - "total"
              description: "The rotation that runs, or the last one since the daemon started."
            RotationViewState:
              type: "string"
              enum:
                - "running"
                - "succeeded"
                - "failed"
              description: "Whether it still runs, and how it ended."
            RoutedChargeRequest:
              type: "object"
              additionalProperties: false
              properties:
                minor_units:
                  type: "integer"
                  format: "int64"
                currency:
                  type: "string"
                bot:
                  type: "string"
                  description: "Nil for money that a person moves."
                country:
                  type: "string"
                  description: "The bot's own unless said."
                brand:
                  type: "string"
                  description: "`visa`, `mastercard` or `amex`."
                bin:
                  type: "string"
                  description: "The first two to eight digits of the card number."
                method:
                  type: "string"
                  description: "`card` unless said."
              required:
                - "minor_units"
                - "currency"
              description: "A charge that nobody has made."
            RoutingAnswerView:
              type: "object"
              additionalProperties: false
              properties:
                version:
                  type: "integer"
                  format: "int64"
                  description: "Of the table that decided; 0 when none did."
                basis:
                  type: "string"
                  description: "`rule`, `own_account`, `order`, `authentication` or `restored`."
                rule:
                  type: "string"
                chosen:
                  type: "string"
                  description: "Nil when no connection can take it: the charge would be refused."
                candidates:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/RoutingCandidateView"
                considered:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/ConsideredRuleView"
                  description: "Rules that were looked at, up to the one that applies."
              required:
                - "version"
                - "basis"
                - "candidates"
                - "considered"
              description: "Where a charge would go, and why."
            RoutingAttemptView:
              type: "object"
              additionalProperties: false
              properties:
                charge:
                  type: "string"
                created:
                  type: "string"
                connection:
                  type: "string"
                processor:
                  type: "string"
                state:
                  type: "string"
                  description: "What became of it: `pending`, `approved`, `declined`, `requires_action`, `not_processed`."
                reason:
                  type: "string"
                  description: "Why it was declined or not processed."
                decision:
                  $ref: "#/components/schemas/RoutingAnswerView"
                stop:
                  type: "string"
                  description: "Why no other connection was tried after it: `outcome`, `cancelled`, `authenticated`, `security_code_used`, `attempts`, `no_candidate`. Nil when one was, or when there was no need."
              required:
                - "charge"
                - "created"
                - "connection"
                - "state"
              description: "One attempt, oldest first."
            RoutingCandidateView:
              type: "object"
              additionalProperties: false
              properties:
                connection:
                  type: "string"
                processor:
                  type: "string"
                place:
                  type: "integer"
                  description: "From 1 for the one that is used; nil for one that was left out."
                share:
                  type: "integer"
                  format: "int64"
                  description: "Its weight times its score; 0 for a fallback, nil when it was left out."
                standing:
                  type: "string"
                  description: "`healthy`, `probe`, `last_resort`, or why it was left out: `disabled`, `unavailable`, `incapable`, `breaker_open`, `tried`."
                open_until:
                  type: "string"
                  description: "When an open breaker would have let a charge through."
              required:
                - "connection"
                - "standing"
              description: "One connection in a decision."
            RoutingCheckView:
              type: "object"
              additionalProperties: false
              properties:
                platform:
                  type: "string"
                mode:
                  type: "string"
                version:
                  type: "integer"
                  format: "int64"
                  description: "The version they would get."
                rules:
                  type: "integer"
                warnings:
                  type: "array"
                  items:
                    type: "string"
                replay:
                  $ref: "#/components/schemas/RoutingReplayView"
                answer:
                  $ref: "#/components/schemas/RoutingAnswerView"
              required:
                - "platform"
                - "mode"
                - "version"
                - "rules"
                - "warnings"
              description: "Rules that were found sound, and what came of trying them."
            RoutingConnectionView:
              type: "object"
              additionalProperties: false
              properties:
                connection:
                  type: "string"
                processor:
                  type: "string"
                account:
                  type: "string"
                  description: "The account's name at the processor."
                state:
                  type: "string"
                  description: "`live`, `disabled` or `no_adapter`."
                breaker:
                  type: "string"
                  description: "`closed`, `open` or `probing`."
                open_until:
                  type: "string"
                  description: "When an open breaker lets a charge through to find out."
                score:
                  type: "integer"
                  format: "int64"
                  description: "50 to 1 000: what its weight is multiplied with."
                average_milliseconds:
                  type: "integer"
                  format: "int64"
              required:
                - "connection"
                - "processor"
                - "state"
                - "breaker"
                - "score"
                - "average_milliseconds"
              description: "A connection as the router sees it."
            RoutingCountView:
              type: "object"
              additionalProperties: false
              properties:
                rule:
                  type: "string"
                charges:
                  type: "integer"
              required:
                - "rule"
                - "charges"
              description: "How many charges a rule would have decided."
            RoutingExplanationView:
              type: "object"
              additionalProperties: false
              properties:
                payment:
                  type: "string"
                state:
                  type: "string"
                attempts:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/RoutingAttemptView"
              required:
                - "payment"
                - "state"
                - "attempts"
              description: "Why each attempt of a payment went where it went."
            RoutingReplayView:
              type: "object"
              additionalProperties: false
              properties:
                examined:
                  type: "integer"
                moved:
                  type: "integer"
                  description: "Would have gone to another connection than they did."
                nowhere:
                  type: "integer"
                  description: "Would have been refused."
                without_issuer:
                  type: "integer"
                  description: "Whose card's first digits are not known any more, while rules ask for them."
                own:
                  type: "integer"
                  description: "Went to bots' own connections; rules have no say there and they are not among those examined."
                rules:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/RoutingCountView"
                connections:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/RoutingShareView"
              required:
                - "examined"
                - "moved"
                - "nowhere"
                - "without_issuer"
                - "own"
                - "rules"
                - "connections"
              description: "What rules would have done with charges that were made, had every connection that is switched on been healthy."
            RoutingShareView:
              type: "object"
              additionalProperties: false
              properties:
                connection:
                  type: "string"
                processor:
                  type: "string"
                before:
                  type: "integer"
                after:
                  type: "integer"
              required:
                - "connection"
                - "before"
                - "after"
              description: "How many charges a connection has had, and would have had."
            RoutingTableView:
              type: "object"
              additionalProperties: false
              properties:
                platform:
                  type: "string"
                mode:
                  type: "string"
                version:
                  type: "integer"
                  format: "int64"
                  description: "0 when no table was ever set."
                is_in_force:
                  type: "boolean"
                  description: "Whether it is the one that decides now."
                created:
                  type: "string"
                author:
                  type: "string"
                reason:
                  type: "string"
                rules:
                  type: "string"
                  description: "The text as it was set; empty when there is none."
                warnings:
                  type: "array"
                  items:
                    type: "string"
                  description: "What its author should know, in sentences."
                connections:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/RoutingConnectionView"
              required:
                - "platform"
                - "mode"
                - "version"
                - "is_in_force"
                - "rules"
                - "warnings"
                - "connections"
              description: "The routing table of one platform and mode, with the connections that it may use as they are now."
            RoutingVersionView:
              type: "object"
              additionalProperties: false
              properties:
                version:
                  type: "integer"
                  format: "int64"
                created:
                  type: "string"
                author:
                  type: "string"
                author_uid:
                  type: "integer"
                  format: "int64"
                  minimum: 0
                reason:
                  type: "string"
              required:
                - "version"
                - "created"
                - "author"
                - "author_uid"
                - "reason"
              description: "One version in a routing table's history."
            ServiceView:
              type: "object"
              additionalProperties: false
              properties:
                holds:
                  type: "array"
                  items:
                    type: "string"
                  description: "`backup_not_acknowledged`, `paused`, `draining`; empty when it takes everything."
                requests_in_flight:
                  type: "integer"
                operations_in_flight:
                  type: "integer"
                  description: "Messages to processors that are being sent or settled."
              required:
                - "holds"
                - "requests_in_flight"
                - "operations_in_flight"
              description: "Whether the daemon takes work."
            SetBotFeeRequest:
              type: "object"
              additionalProperties: false
              properties:
                currency:
                  type: "string"
                basis_points:
                  type: "integer"
                  format: "int64"
                fixed:
                  type: "integer"
                  format: "int64"
                  description: "Minor units."
              required:
                - "currency"
              description: "Sets what is asked in one currency; without both numbers nothing is asked any more."
            SetLimitsRequest:
              type: "object"
              additionalProperties: false
              properties:
                currency:
                  type: "string"
                per_transfer:
                  type: "string"
                  description: "Minor units, `none`, or nil for everybody's limit."
                per_day:
                  type: "string"
                per_week:
                  type: "string"
              required:
                - "currency"
              description: "Sets the limits of one person in one currency: all three, together."
            SetPayoutScheduleRequest:
              type: "object"
              additionalProperties: false
              properties:
                mode:
                  type: "string"
                interval:
                  type: "string"
                weekdays:
                  type: "array"
                  items:
                    type: "string"
                month_days:
                  type: "array"
                  items:
                    type: "integer"
                    format: "int64"
                currency:
                  type: "string"
                  description: "With `minimum`: in which currency. Without: of this currency none any more."
                minimum:
                  type: "integer"
                  format: "int64"
                  description: "Minor units."
              required:
                - "mode"
              description: "Sets when a bot is paid out; what is left out stays as it is."
            SetRoutingRequest:
              type: "object"
              additionalProperties: false
              properties:
                platform:
                  type: "string"
                mode:
                  type: "string"
                rules:
                  type: "string"
                reason:
                  type: "string"
                replaces:
                  type: "integer"
                  format: "int64"
                  description: "Only if this version is in force; nil whatever is."
              required:
                - "rules"
                - "reason"
              description: "Puts a routing table in force."
            SettlementRecordsRequest:
              type: "object"
              additionalProperties: false
              properties:
                header:
                  type: "string"
                  description: "The file's first line."
                records:
                  type: "string"
                  description: "Whole records, at most 200."
                first:
                  type: "integer"
                  format: "int64"
                  description: "How many records of the file come before these."
              required:
                - "header"
                - "records"
                - "first"
              description: "Some records of a settlement file."
            SettlementView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                connection:
                  type: "string"
                mode:
                  type: "string"
                source:
                  type: "string"
                  description: "`processor` or `file`."
                from:
                  type: "string"
                to:
                  type: "string"
                created:
                  type: "string"
                state:
                  type: "string"
                  description: "`unfinished` or `complete`."
                stage:
                  type: "string"
                  description: "`reading`, `waiting lines`, `payouts`, `book` or `done`."
                percent:
                  type: "integer"
                  format: "int64"
                taken:
                  type: "integer"
                  format: "int64"
                  description: "How many records of a file were taken; only for an unfinished one."
                lines:
                  type: "integer"
                  format: "int64"
                new_lines:
                  type: "integer"
                  format: "int64"
                  description: "Those that no earlier report had."
                matched:
                  type: "integer"
                  format: "int64"
                cases:
                  type: "integer"
                  format: "int64"
                  description: "Cases that it opened."
                finished:
                  type: "string"
                checked_until:
                  type: "string"
                  description: "Until when everything that the book posted was looked for in the settlement."
                clearing:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/AccountView"
                  description: "What the book says lies at the processor now: 0 when everything was paid out."
                open:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/CaseView"
                  description: "The oldest open cases of the connection, at most 20."
              required:
                - "id"
                - "connection"
                - "mode"
                - "source"
                - "created"
                - "state"
                - "stage"
                - "percent"
                - "lines"
                - "new_lines"
                - "matched"
                - "cases"
                - "clearing"
                - "open"
              description: "How far a reconciliation has come, and what it found."
            StartSettlementRequest:
              type: "object"
              additionalProperties: false
              properties:
                connection:
                  type: "string"
                source:
                  type: "string"
                  description: "`processor` or `file`."
                from:
                  type: "string"
                  description: "The period, in UTC: `2026-11-01` or `2026-11-01T00:00:00Z`; both ends or, for a file, neither."
                to:
                  type: "string"
              required:
                - "connection"
                - "source"
              description: "Begins a reconciliation, or goes on with one that was not finished."
            StatusView:
              type: "object"
              additionalProperties: false
              properties:
                version:
                  type: "string"
                started:
                  type: "string"
                uptime_seconds:
                  type: "integer"
                  format: "int64"
                role:
                  $ref: "#/components/schemas/AdminRole"
                synchronous:
                  type: "string"
                  description: "What the database syncs: `full` in everything that is meant to last, `off` under `--volatile`."
                holds:
                  type: "array"
                  items:
                    type: "string"
                  description: "Why not everything is taken; see `ServiceView`."
                operations:
                  $ref: "#/components/schemas/OperationCounts"
                deliveries:
                  $ref: "#/components/schemas/DeliveryCounts"
                writer:
                  $ref: "#/components/schemas/WriterCounts"
                front:
                  $ref: "#/components/schemas/FrontCounts"
                connections:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/ConnectionView"
                storage:
                  $ref: "#/components/schemas/StorageView"
              required:
                - "version"
                - "started"
                - "uptime_seconds"
                - "role"
                - "synchronous"
                - "holds"
                - "operations"
                - "deliveries"
                - "writer"
                - "front"
                - "connections"
              description: "How the daemon is."
            StoppedListeningView:
              type: "object"
              additionalProperties: false
              properties:
                endpoint:
                  type: "string"
              required:
                - "endpoint"
              description: "A receiver that hears of nothing any more."
            StorageView:
              type: "object"
              additionalProperties: false
              properties:
                state:
                  type: "string"
                  description: "`working`, `failing` (writes are refused until the disk takes them again) or `corrupt`."
                message:
                  type: "string"
                  description: "What the disk said."
                last_commit_microseconds:
                  type: "integer"
                  format: "int64"
                slowest_commit_microseconds:
                  type: "integer"
                  format: "int64"
                failed_syncs:
                  type: "integer"
                  format: "int64"
              required:
                - "state"
                - "last_commit_microseconds"
                - "slowest_commit_microseconds"
                - "failed_syncs"
              description: "How the disk under the database does."
            TailEndView:
              type: "object"
              additionalProperties: false
              properties:
                ended:
                  type: "string"
                  description: "`too_slow` or `stopping`."
                message:
                  type: "string"
                  description: "What happened and what to do next, for people."
              required:
                - "ended"
                - "message"
              description: "The last line of a tail."
            TimelineStep:
              type: "object"
              additionalProperties: false
              properties:
                time:
                  type: "string"
                kind:
                  $ref: "#/components/schemas/TimelineStepKind"
                id:
                  type: "string"
                  description: "The charge, refund, event or operation; a posting's number."
                text:
                  type: "string"
                  description: "For people."
                amount:
                  $ref: "#/components/schemas/MoneyView"
              required:
                - "time"
                - "kind"
                - "id"
                - "text"
              description: "One thing that happened."
            TimelineStepKind:
              type: "string"
              enum:
                - "created"
                - "charge"
                - "refund"
                - "dispute"
                - "event"
                - "posting"
                - "operation"
              description: "Which table it was found in."
            TimelineView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                  description: "The payment, transfer or wallet movement it is about."
                status:
                  type: "string"
                amount:
                  $ref: "#/components/schemas/MoneyView"
                steps:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/TimelineStep"
                gap:
                  type: "string"
                  description: "What could not be shown; nil when the timeline is whole."
              required:
                - "id"
                - "status"
                - "amount"
                - "steps"
              description: "Everything that is stored about one object, in time order."
            TransferOrderView:
              type: "object"
              additionalProperties: false
              properties:
                payout:
                  $ref: "#/components/schemas/PayoutView"
                account_holder:
                  type: "string"
                account_number:
                  type: "string"
                routing_number:
                  type: "string"
                bank_name:
                  type: "string"
                country:
                  type: "string"
                statement_descriptor:
                  type: "string"
                  description: "What the receiver's statement is to show."
              required:
                - "payout"
                - "account_holder"
                - "account_number"
                - "country"
              description: "A bank transfer that an operator has begun, with all that the bank has to be told."
            TransferView:
              type: "object"
              additionalProperties: false
              properties:
                id:
                  type: "string"
                created:
                  type: "string"
                expires:
                  type: "string"
                mode:
                  type: "string"
                status:
                  type: "string"
                amount:
                  $ref: "#/components/schemas/MoneyView"
                sender:
                  type: "string"
                recipient:
                  type: "string"
                funding:
                  type: "string"
                  description: "`wallet` or `card`."
                return_reason:
                  type: "string"
                decline_code:
                  type: "string"
              required:
                - "id"
                - "created"
                - "expires"
                - "mode"
                - "status"
                - "amount"
                - "sender"
                - "recipient"
                - "funding"
              description: "A transfer between two people. Its note is left out."
            UnknownView:
              type: "object"
              additionalProperties: false
              properties:
                operation:
                  $ref: "#/components/schemas/OperationView"
                reference:
                  type: "string"
                  description: "The reference that the processor was given."
                amount:
                  $ref: "#/components/schemas/MoneyView"
                valid_until:
                  type: "string"
                  description: "The processor must not have executed it after this moment."
                original:
                  type: "string"
                  description: "What it builds upon: the processor's own references."
                processor:
                  type: "string"
                is_awaited_by_request:
                  type: "boolean"
                  description: "The request that waits for it."
                evidence:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/EvidenceView"
                  description: "What was done and what came back, oldest first."
                proposal:
                  $ref: "#/components/schemas/ProposalView"
              required:
                - "reference"
                - "is_awaited_by_request"
                - "evidence"
              description: "Everything that is known about a message whose outcome is not."
            VaultView:
              type: "object"
              additionalProperties: false
              properties:
                keys:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/DataKeyView"
                rotation:
                  $ref: "#/components/schemas/RotationView"
              required:
                - "keys"
              description: "The vault's keys; no key bytes."
            VerificationView:
              type: "object"
              additionalProperties: false
              properties:
                is_sound:
                  type: "boolean"
                accounts:
                  type: "integer"
                  format: "int64"
                postings:
                  type: "integer"
                  format: "int64"
                problems:
                  type: "array"
                  items:
                    type: "string"
                  description: "At most 100."
              required:
                - "is_sound"
                - "accounts"
                - "postings"
                - "problems"
              description: "What a check of the whole book found."
            WebhookExaminationView:
              type: "object"
              additionalProperties: false
              properties:
                verdict:
                  type: "string"
                  description: "`genuine`, `header_missing`, `header_unreadable`, `clock_off`, `wrong_secret`, `body_changed`, `body_padded` or `unknown_secret`."
                found:
                  type: "string"
                  description: "What was found, for people."
                advice:
                  type: "string"
                  description: "What to do about it; nil for a genuine message."
              required:
                - "verdict"
                - "found"
              description: "Why a message does not pass as genuine."
            WriterCounts:
              type: "object"
              additionalProperties: false
              properties:
                commits:
                  type: "integer"
                transactions:
                  type: "integer"
                  description: "Transactions in these commits."
                largest_group:
                  type: "integer"
                failed_commits:
                  type: "integer"
                waiting_writes:
                  type: "integer"
                waiting_reads:
                  type: "integer"
                log_pages:
                  type: "integer"
              required:
                - "commits"
                - "transactions"
                - "largest_group"
                - "failed_commits"
                - "waiting_writes"
                - "waiting_reads"
                - "log_pages"
              description: "The database's writer since the start."
            AccountViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/AccountView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            AuditEntryViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/AuditEntryView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            BackupViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/BackupView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            BotFeeViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/BotFeeView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            BotViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/BotView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            CaseViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/CaseView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            ConnectionHealthViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/ConnectionHealthView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            DeliveryViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/DeliveryView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            DisputeViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/DisputeView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            EndpointViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/EndpointView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            EntryViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/EntryView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            ErasureViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/ErasureView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            EventViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/EventView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            FactViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/FactView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            KeyViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/KeyView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            LimitsViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/LimitsView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            OperationViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/OperationView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            PaymentViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/PaymentView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            PayoutViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/PayoutView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            PersonLimitsViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/PersonLimitsView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            PersonViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/PersonView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            PlatformViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/PlatformView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            ProposalViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/ProposalView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            RecoveredViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/RecoveredView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            ReportViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/ReportView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            ReviewViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/ReviewView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            RoutingVersionViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/RoutingVersionView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            SettlementViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/SettlementView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."
            TransferViewList:
              type: "object"
              additionalProperties: false
              required:
                - "items"
                - "has_more"
              properties:
                items:
                  type: "array"
                  items:
                    $ref: "#/components/schemas/TransferView"
                has_more:
                  type: "boolean"
                  description: "There are more; ask for those after the last one."

        """#
}
