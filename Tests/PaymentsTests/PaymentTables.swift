// swift-format-ignore-file: tables are wider than code.

// `.` ignored · `!` conflict · `x:why` refused · else the next state, `+cancel` or `+return` when a wish waits, and after the
// colon what the engine must do.

enum PaymentTables {
    /// What the owner asks for.
    static let owner = """
                                   choose     confirm           cancel                  capture60         capture100         capture101         capture0   letGoOn                     hold100    hold150                  hold151
        fresh                      chosen     x:method          canceled:tell-canceled  x:state           x:state            x:state            x:state    x:state                     x:state    x:state                  x:state
        chosen                     chosen     authorizing:send  canceled:tell-canceled  x:state           x:state            x:state            x:state    x:state                     x:state    x:state                  x:state
        declined                   chosen     x:method          canceled:tell-canceled  x:state           x:state            x:state            x:state    x:state                     x:state    x:state                  x:state
        action                     chosen     authorizing:send  canceled:tell-canceled  x:state           x:state            x:state            x:state    x:state                     x:state    x:state                  x:state
        authorizing                x:unknown  x:unknown         authorizing+cancel      x:unknown         x:unknown          x:unknown          x:unknown  x:state                     x:state    x:state                  x:state
        authorizing+cancel         x:unknown  x:unknown         .                       x:unknown         x:unknown          x:unknown          x:unknown  x:state                     x:state    x:state                  x:state
        authorizing,manual         x:unknown  x:unknown         authorizing+cancel      x:unknown         x:unknown          x:unknown          x:unknown  x:state                     x:state    x:state                  x:state
        authorizing,manual+cancel  x:unknown  x:unknown         .                       x:unknown         x:unknown          x:unknown          x:unknown  x:state                     x:state    x:state                  x:state
        authorized                 x:state    x:state           voiding:release         capturing:take60  capturing:take100  x:large            x:sign     x:state                     x:small    incrementing150:more150  incrementing151:more151
        capturing                  x:state    x:state           capturing+cancel        x:unknown         x:unknown          x:unknown          x:unknown  x:state                     x:unknown  x:unknown                x:unknown
        capturing+cancel           x:state    x:state           .                       x:unknown         x:unknown          x:unknown          x:unknown  x:state                     x:unknown  x:unknown                x:unknown
        succeeded                  x:state    x:state           x:state                 x:state           x:state            x:state            x:state    x:state                     x:state    x:state                  x:state
        succeeded,manual           x:state    x:state           x:state                 x:state           x:state            x:state            x:state    x:state                     x:state    x:state                  x:state
        voiding                    x:state    x:state           .                       x:unknown         x:unknown          x:unknown          x:unknown  x:state                     x:unknown  x:unknown                x:unknown
        voided                     x:state    x:state           x:state                 x:state           x:state            x:state            x:state    x:state                     x:state    x:state                  x:state
        canceled                   x:state    x:state           x:state                 x:state           x:state            x:state            x:state    x:state                     x:state    x:state                  x:state
        declined,canceled          x:state    x:state           x:state                 x:state           x:state            x:state            x:state    x:state                     x:state    x:state                  x:state
        authorizing,toHold         x:unknown  x:unknown         authorizing+cancel      x:unknown         x:unknown          x:unknown          x:unknown  x:state                     x:state    x:state                  x:state
        held                       x:state    x:state           voiding:release         x:review          x:review           x:review           x:review   capturing:take100           x:review   x:review                 x:review
        held,manual                x:state    x:state           voiding:release         x:review          x:review           x:review           x:review   authorized:tell-capturable  x:review   x:review                 x:review
        released,capturing         x:state    x:state           capturing+cancel        x:unknown         x:unknown          x:unknown          x:unknown  x:state                     x:unknown  x:unknown                x:unknown
        released,succeeded         x:state    x:state           x:state                 x:state           x:state            x:state            x:state    x:state                     x:state    x:state                  x:state
        released,manual            x:state    x:state           voiding:release         capturing:take60  capturing:take100  x:large            x:sign     x:state                     x:small    incrementing150:more150  incrementing151:more151
        incrementing               x:state    x:state           incrementing150+cancel  x:unknown         x:unknown          x:unknown          x:unknown  x:state                     x:unknown  x:unknown                x:unknown
        incrementing+cancel        x:state    x:state           .                       x:unknown         x:unknown          x:unknown          x:unknown  x:state                     x:unknown  x:unknown                x:unknown
        incremented                x:state    x:state           voiding:release         capturing:take60  capturing:take100  capturing:take101  x:sign     x:state                     x:small    x:small                  incrementing151:more151
        """

    /// Answers to the attempt that the payment's path began with.
    static let attempt = """
                                   approved                                           another-amount  partial                                          declined                            action                      pending                 absent                              invalid                             unknown
        fresh                      !                                                  !               !                                                .                                   .                           !                       .                                   .                                   !
        chosen                     !                                                  !               !                                                .                                   .                           !                       .                                   .                                   !
        declined                   !                                                  !               !                                                .                                   .                           !                       .                                   .                                   !
        action                     succeeded:post100,tell-succeeded                   !               needsMethod:giveBackPart,tell-failed             needsMethod:tell-failed             .                           authorizing:ask         needsMethod:tell-failed             needsMethod:tell-failed             action:ask
        authorizing                succeeded:post100,tell-succeeded                   !               needsMethod:giveBackPart,tell-failed             needsMethod:tell-failed             action:tell-requiresAction  authorizing:ask         needsMethod:tell-failed             needsMethod:tell-failed             authorizing:ask
        authorizing+cancel         succeeded+cancel:post100,tell-succeeded,refundAll  !               canceled:giveBackPart,tell-failed,tell-canceled  canceled:tell-failed,tell-canceled  canceled:tell-canceled      authorizing+cancel:ask  canceled:tell-failed,tell-canceled  canceled:tell-failed,tell-canceled  authorizing+cancel:ask
        authorizing,manual         authorized:tell-capturable                         !               needsMethod:giveBackPart,tell-failed             needsMethod:tell-failed             action:tell-requiresAction  authorizing:ask         needsMethod:tell-failed             needsMethod:tell-failed             authorizing:ask
        authorizing,manual+cancel  authorized+cancel:cancelNow                        !               canceled:giveBackPart,tell-failed,tell-canceled  canceled:tell-failed,tell-canceled  canceled:tell-canceled      authorizing+cancel:ask  canceled:tell-failed,tell-canceled  canceled:tell-failed,tell-canceled  authorizing+cancel:ask
        authorized                 .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        capturing                  .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        capturing+cancel           .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        succeeded                  .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        succeeded,manual           .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        voiding                    .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        voided                     .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        canceled                   !                                                  !               !                                                .                                   .                           !                       .                                   .                                   !
        declined,canceled          !                                                  !               !                                                .                                   .                           !                       .                                   .                                   !
        authorizing,toHold         authorized:tell-held                               !               needsMethod:giveBackPart,tell-failed             needsMethod:tell-failed             action:tell-requiresAction  authorizing:ask         needsMethod:tell-failed             needsMethod:tell-failed             authorizing:ask
        held                       .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        held,manual                .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        released,capturing         .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        released,succeeded         .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        released,manual            .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        incrementing               .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        incrementing+cancel        .                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        incremented                !                                                  !               !                                                !                                   .                           .                       !                                   !                                   .
        """

    /// Answers to an attempt that the payment does not wait for: a "yes" is money nobody expected.
    static let otherAttempt = """
                                   approved  another-amount  partial  declined  action  pending  absent  invalid  unknown
        fresh                      !         !               !        .         .       !        .       .        !
        chosen                     !         !               !        .         .       !        .       .        !
        declined                   !         !               !        .         .       !        .       .        !
        action                     !         !               !        .         .       !        .       .        !
        authorizing                !         !               !        .         .       !        .       .        !
        authorizing+cancel         !         !               !        .         .       !        .       .        !
        authorizing,manual         !         !               !        .         .       !        .       .        !
        authorizing,manual+cancel  !         !               !        .         .       !        .       .        !
        authorized                 !         !               !        .         .       !        .       .        !
        capturing                  !         !               !        .         .       !        .       .        !
        capturing+cancel           !         !               !        .         .       !        .       .        !
        succeeded                  !         !               !        .         .       !        .       .        !
        succeeded,manual           !         !               !        .         .       !        .       .        !
        voiding                    !         !               !        .         .       !        .       .        !
        voided                     !         !               !        .         .       !        .       .        !
        canceled                   !         !               !        .         .       !        .       .        !
        declined,canceled          !         !               !        .         .       !        .       .        !
        authorizing,toHold         !         !               !        .         .       !        .       .        !
        held                       !         !               !        .         .       !        .       .        !
        held,manual                !         !               !        .         .       !        .       .        !
        released,capturing         !         !               !        .         .       !        .       .        !
        released,succeeded         !         !               !        .         .       !        .       .        !
        released,manual            !         !               !        .         .       !        .       .        !
        incrementing               !         !               !        .         .       !        .       .        !
        incrementing+cancel        !         !               !        .         .       !        .       .        !
        incremented                !         !               !        .         .       !        .       .        !
        """

    /// Answers to the capture that was sent, of 60.
    static let capture = """
                                   approved                                          another-amount  partial  declined                         action  pending               absent                           invalid                          unknown
        fresh                      !                                                 !               !        !                                !       !                     !                                !                                !
        chosen                     !                                                 !               !        !                                !       !                     !                                !                                !
        declined                   !                                                 !               !        !                                !       !                     !                                !                                !
        action                     !                                                 !               !        !                                !       !                     !                                !                                !
        authorizing                !                                                 !               !        !                                !       !                     !                                !                                !
        authorizing+cancel         !                                                 !               !        !                                !       !                     !                                !                                !
        authorizing,manual         !                                                 !               !        !                                !       !                     !                                !                                !
        authorizing,manual+cancel  !                                                 !               !        !                                !       !                     !                                !                                !
        authorized                 !                                                 !               !        .                                !       !                     .                                .                                !
        capturing                  succeeded:post60,tell-succeeded                   !               !        authorized:tell-stillCapturable  !       capturing:ask         authorized:tell-stillCapturable  authorized:tell-stillCapturable  capturing:ask
        capturing+cancel           succeeded+cancel:post60,tell-succeeded,refundAll  !               !        authorized+cancel:cancelNow      !       capturing+cancel:ask  authorized+cancel:cancelNow      authorized+cancel:cancelNow      capturing+cancel:ask
        succeeded                  !                                                 !               !        !                                !       !                     !                                !                                !
        succeeded,manual           .                                                 !               !        !                                .       .                     !                                !                                .
        voiding                    !                                                 !               !        .                                !       !                     .                                .                                !
        voided                     !                                                 !               !        .                                !       !                     .                                .                                !
        canceled                   !                                                 !               !        !                                !       !                     !                                !                                !
        declined,canceled          !                                                 !               !        !                                !       !                     !                                !                                !
        authorizing,toHold         !                                                 !               !        !                                !       !                     !                                !                                !
        held                       !                                                 !               !        .                                !       !                     .                                .                                !
        held,manual                !                                                 !               !        .                                !       !                     .                                .                                !
        released,capturing         !                                                 !               !        authorized:tell-stillCapturable  !       capturing:ask         authorized:tell-stillCapturable  authorized:tell-stillCapturable  capturing:ask
        released,succeeded         !                                                 !               !        !                                .       .                     !                                !                                .
        released,manual            !                                                 !               !        .                                !       !                     .                                .                                !
        incrementing               !                                                 !               !        .                                !       !                     .                                .                                !
        incrementing+cancel        !                                                 !               !        .                                !       !                     .                                .                                !
        incremented                !                                                 !               !        .                                !       !                     .                                .                                !
        """

    /// Answers to another capture, given up before.
    static let otherCapture = """
                                   approved  another-amount  partial  declined  action  pending  absent  invalid  unknown
        fresh                      !         !               !        !         !       !        !       !        !
        chosen                     !         !               !        !         !       !        !       !        !
        declined                   !         !               !        !         !       !        !       !        !
        action                     !         !               !        !         !       !        !       !        !
        authorizing                !         !               !        !         !       !        !       !        !
        authorizing+cancel         !         !               !        !         !       !        !       !        !
        authorizing,manual         !         !               !        !         !       !        !       !        !
        authorizing,manual+cancel  !         !               !        !         !       !        !       !        !
        authorized                 !         !               !        .         !       !        .       .        !
        capturing                  !         !               !        .         !       !        .       .        !
        capturing+cancel           !         !               !        .         !       !        .       .        !
        succeeded                  !         !               !        !         !       !        !       !        !
        succeeded,manual           .         !               !        !         .       .        !       !        .
        voiding                    !         !               !        .         !       !        .       .        !
        voided                     !         !               !        .         !       !        .       .        !
        canceled                   !         !               !        !         !       !        !       !        !
        declined,canceled          !         !               !        !         !       !        !       !        !
        authorizing,toHold         !         !               !        !         !       !        !       !        !
        held                       !         !               !        .         !       !        .       .        !
        held,manual                !         !               !        .         !       !        .       .        !
        released,capturing         !         !               !        .         !       !        .       .        !
        released,succeeded         !         !               !        !         .       .        !       !        .
        released,manual            !         !               !        .         !       !        .       .        !
        incrementing               !         !               !        .         !       !        .       .        !
        incrementing+cancel        !         !               !        .         !       !        .       .        !
        incremented                !         !               !        .         !       !        .       .        !
        """

    /// Answers to the void that was sent.
    static let void = """
                                   approved                another-amount          partial  declined                         action  pending      absent                       invalid                          unknown
        fresh                      !                       !                       !        !                                !       !            !                            !                                !
        chosen                     !                       !                       !        !                                !       !            !                            !                                !
        declined                   !                       !                       !        !                                !       !            !                            !                                !
        action                     !                       !                       !        !                                !       !            !                            !                                !
        authorizing                !                       !                       !        !                                !       !            !                            !                                !
        authorizing+cancel         !                       !                       !        !                                !       !            !                            !                                !
        authorizing,manual         !                       !                       !        !                                !       !            !                            !                                !
        authorizing,manual+cancel  !                       !                       !        !                                !       !            !                            !                                !
        authorized                 !                       !                       !        .                                !       !            .                            .                                !
        capturing                  !                       !                       !        .                                !       !            .                            .                                !
        capturing+cancel           !                       !                       !        .                                !       !            .                            .                                !
        succeeded                  !                       !                       !        .                                !       !            .                            .                                !
        succeeded,manual           !                       !                       !        .                                !       !            .                            .                                !
        voiding                    canceled:tell-canceled  canceled:tell-canceled  !        authorized:tell-stillCapturable  !       voiding:ask  authorized+cancel:cancelNow  authorized:tell-stillCapturable  voiding:ask
        voided                     .                       .                       .        !                                .       .            !                            !                                .
        canceled                   !                       !                       !        !                                !       !            !                            !                                !
        declined,canceled          !                       !                       !        !                                !       !            !                            !                                !
        authorizing,toHold         !                       !                       !        !                                !       !            !                            !                                !
        held                       !                       !                       !        .                                !       !            .                            .                                !
        held,manual                !                       !                       !        .                                !       !            .                            .                                !
        released,capturing         !                       !                       !        .                                !       !            .                            .                                !
        released,succeeded         !                       !                       !        .                                !       !            .                            .                                !
        released,manual            !                       !                       !        .                                !       !            .                            .                                !
        incrementing               !                       !                       !        .                                !       !            .                            .                                !
        incrementing+cancel        !                       !                       !        .                                !       !            .                            .                                !
        incremented                !                       !                       !        .                                !       !            .                            .                                !
        """

    /// Answers to another void, given up before.
    static let otherVoid = """
                                   approved  another-amount  partial  declined  action  pending  absent  invalid  unknown
        fresh                      !         !               !        !         !       !        !       !        !
        chosen                     !         !               !        !         !       !        !       !        !
        declined                   !         !               !        !         !       !        !       !        !
        action                     !         !               !        !         !       !        !       !        !
        authorizing                !         !               !        !         !       !        !       !        !
        authorizing+cancel         !         !               !        !         !       !        !       !        !
        authorizing,manual         !         !               !        !         !       !        !       !        !
        authorizing,manual+cancel  !         !               !        !         !       !        !       !        !
        authorized                 !         !               !        .         !       !        .       .        !
        capturing                  !         !               !        .         !       !        .       .        !
        capturing+cancel           !         !               !        .         !       !        .       .        !
        succeeded                  !         !               !        .         !       !        .       .        !
        succeeded,manual           !         !               !        .         !       !        .       .        !
        voiding                    !         !               !        .         !       !        .       .        !
        voided                     .         .               .        !         .       .        !       !        .
        canceled                   !         !               !        !         !       !        !       !        !
        declined,canceled          !         !               !        !         !       !        !       !        !
        authorizing,toHold         !         !               !        !         !       !        !       !        !
        held                       !         !               !        .         !       !        .       .        !
        held,manual                !         !               !        .         !       !        .       .        !
        released,capturing         !         !               !        .         !       !        .       .        !
        released,succeeded         !         !               !        .         !       !        .       .        !
        released,manual            !         !               !        .         !       !        .       .        !
        incrementing               !         !               !        .         !       !        .       .        !
        incrementing+cancel        !         !               !        .         !       !        .       .        !
        incremented                !         !               !        .         !       !        .       .        !
        """

    /// Answers to the increment that a payment may wait for.
    static let increment = """
                                   approved                             another-amount  partial  declined                     action  pending                     absent                       invalid                      unknown
        fresh                      !                                    !               !        !                            !       !                           !                            !                            !
        chosen                     !                                    !               !        !                            !       !                           !                            !                            !
        declined                   !                                    !               !        !                            !       !                           !                            !                            !
        action                     !                                    !               !        !                            !       !                           !                            !                            !
        authorizing                !                                    !               !        !                            !       !                           !                            !                            !
        authorizing+cancel         !                                    !               !        !                            !       !                           !                            !                            !
        authorizing,manual         !                                    !               !        !                            !       !                           !                            !                            !
        authorizing,manual+cancel  !                                    !               !        !                            !       !                           !                            !                            !
        authorized                 !                                    !               !        .                            .       .                           .                            .                            .
        capturing                  !                                    !               !        .                            .       .                           .                            .                            .
        capturing+cancel           !                                    !               !        .                            .       .                           .                            .                            .
        succeeded                  !                                    !               !        .                            .       .                           .                            .                            .
        succeeded,manual           !                                    !               !        .                            .       .                           .                            .                            .
        voiding                    !                                    !               !        .                            .       .                           .                            .                            .
        voided                     !                                    !               !        .                            .       .                           .                            .                            .
        canceled                   !                                    !               !        .                            .       .                           .                            .                            .
        declined,canceled          !                                    !               !        .                            .       .                           .                            .                            .
        authorizing,toHold         !                                    !               !        !                            !       !                           !                            !                            !
        held                       !                                    !               !        .                            .       .                           .                            .                            .
        held,manual                !                                    !               !        .                            .       .                           .                            .                            .
        released,capturing         !                                    !               !        .                            .       .                           .                            .                            .
        released,succeeded         !                                    !               !        .                            .       .                           .                            .                            .
        released,manual            !                                    !               !        .                            .       .                           .                            .                            .
        incrementing               authorized:held150,tell-capturable   !               !        authorized                   !       incrementing150:ask         authorized                   authorized                   incrementing150:ask
        incrementing+cancel        authorized+cancel:held150,cancelNow  !               !        authorized+cancel:cancelNow  !       incrementing150+cancel:ask  authorized+cancel:cancelNow  authorized+cancel:cancelNow  incrementing150+cancel:ask
        incremented                .                                    .               !        .                            .       .                           .                            .                            .
        """

    /// Answers to an increment that the payment does not wait for.
    static let otherIncrement = """
                                   approved  another-amount  partial  declined  action  pending  absent  invalid  unknown
        fresh                      !         !               !        !         !       !        !       !        !
        chosen                     !         !               !        !         !       !        !       !        !
        declined                   !         !               !        !         !       !        !       !        !
        action                     !         !               !        !         !       !        !       !        !
        authorizing                !         !               !        !         !       !        !       !        !
        authorizing+cancel         !         !               !        !         !       !        !       !        !
        authorizing,manual         !         !               !        !         !       !        !       !        !
        authorizing,manual+cancel  !         !               !        !         !       !        !       !        !
        authorized                 !         !               !        .         .       .        .       .        .
        capturing                  !         !               !        .         .       .        .       .        .
        capturing+cancel           !         !               !        .         .       .        .       .        .
        succeeded                  !         !               !        .         .       .        .       .        .
        succeeded,manual           !         !               !        .         .       .        .       .        .
        voiding                    !         !               !        .         .       .        .       .        .
        voided                     !         !               !        .         .       .        .       .        .
        canceled                   !         !               !        .         .       .        .       .        .
        declined,canceled          !         !               !        .         .       .        .       .        .
        authorizing,toHold         !         !               !        !         !       !        !       !        !
        held                       !         !               !        .         .       .        .       .        .
        held,manual                !         !               !        .         .       .        .       .        .
        released,capturing         !         !               !        .         .       .        .       .        .
        released,succeeded         !         !               !        .         .       .        .       .        .
        released,manual            !         !               !        .         .       .        .       .        .
        incrementing               !         !               !        .         .       .        .       .        .
        incrementing+cancel        !         !               !        .         .       .        .       .        .
        incremented                .         .               !        .         .       .        .       .        .
        """
}
