// swift-format-ignore-file: tables are wider than code.

// `.` ignored · `!` conflict · `x:why` refused · else the next state, `+cancel` or `+return` when a wish waits, and after the
// colon what the engine must do.

enum FriendTransferTables {
    /// What people ask for, and time; and what a processor reports later.
    static let people = """
                             accept                                 tooLate     decline                              cancel                               lapse                                reject                               release                                releaseLate  bounced                            otherBounced
        funding              x:unknown                              x:unknown   funding+return                       funding+return                       funding+return                       funding+return                       x:notHeld                              x:notHeld    !                                  !
        funding,auto         x:unknown                              x:unknown   funding+return                       funding+return                       funding+return                       funding+return                       x:notHeld                              x:notHeld    !                                  !
        funding+return       x:unknown                              x:unknown   .                                    .                                    .                                    .                                    x:notHeld                              x:notHeld    !                                  !
        funding,auto+return  x:unknown                              x:unknown   .                                    .                                    .                                    .                                    x:notHeld                              x:notHeld    !                                  !
        inFlight             accepted:postAcceptance,tell-accepted  x:expired   returning:refund,tell-returning      returning:refund,tell-returning      returning:refund,tell-returning      returning:refund,tell-returning      x:notHeld                              x:notHeld    !                                  !
        inFlight,wallet      accepted:postAcceptance,tell-accepted  x:expired   returned:postToWallet,tell-returned  returned:postToWallet,tell-returned  returned:postToWallet,tell-returned  returned:postToWallet,tell-returned  x:notHeld                              x:notHeld    !                                  !
        accepted             x:accepted                             x:accepted  x:accepted                           x:accepted                           x:accepted                           x:accepted                           x:notHeld                              x:notHeld    !                                  !
        returning            x:returned                             x:returned  .                                    .                                    .                                    .                                    x:notHeld                              x:notHeld    !                                  !
        returned,card        x:returned                             x:returned  x:returned                           x:returned                           x:returned                           x:returned                           x:notHeld                              x:notHeld    returned:postBounce,tell-returned  !
        returned,toWallet    x:returned                             x:returned  x:returned                           x:returned                           x:returned                           x:returned                           x:notHeld                              x:notHeld    !                                  !
        returned,wallet      x:returned                             x:returned  x:returned                           x:returned                           x:returned                           x:returned                           x:notHeld                              x:notHeld    !                                  !
        failed               x:failed                               x:failed    x:failed                             x:failed                             x:failed                             x:failed                             x:notHeld                              x:notHeld    !                                  !
        funding,toHold       x:unknown                              x:unknown   funding+return                       funding+return                       funding+return                       funding+return                       x:notHeld                              x:notHeld    !                                  !
        held                 x:review                               x:review    x:review                             returning:refund,tell-returning      returning:refund,tell-returning      returning:refund,tell-returning      inFlight:tell-inFlight                 x:expired    !                                  !
        held,auto            x:review                               x:review    x:review                             returning:refund,tell-returning      returning:refund,tell-returning      returning:refund,tell-returning      accepted:postAcceptance,tell-accepted  x:expired    !                                  !
        held,wallet          x:review                               x:review    x:review                             returned:postToWallet,tell-returned  returned:postToWallet,tell-returned  returned:postToWallet,tell-returned  inFlight:tell-inFlight                 x:expired    !                                  !
        """

    /// Answers to the pull from the sender's card.
    static let funding = """
                             approved                                           another-amount  partial                                         declined                           action                             pending             absent                             invalid                            unknown
        funding              inFlight:postFunding,tell-inFlight                 !               failed:giveBackPart,uncount,tell-failed         failed:uncount,tell-failed         failed:uncount,tell-failed         funding:ask         failed:uncount,tell-failed         failed:uncount,tell-failed         funding:ask
        funding,auto         accepted:postFunding,postAcceptance,tell-accepted  !               failed:giveBackPart,uncount,tell-failed         failed:uncount,tell-failed         failed:uncount,tell-failed         funding:ask         failed:uncount,tell-failed         failed:uncount,tell-failed         funding:ask
        funding+return       inFlight+return:postFunding,giveBackNow            !               failed+return:giveBackPart,uncount,tell-failed  failed+return:uncount,tell-failed  failed+return:uncount,tell-failed  funding+return:ask  failed+return:uncount,tell-failed  failed+return:uncount,tell-failed  funding+return:ask
        funding,auto+return  inFlight+return:postFunding,giveBackNow            !               failed+return:giveBackPart,uncount,tell-failed  failed+return:uncount,tell-failed  failed+return:uncount,tell-failed  funding+return:ask  failed+return:uncount,tell-failed  failed+return:uncount,tell-failed  funding+return:ask
        inFlight             .                                                  .               .                                               !                                  .                                  .                   !                                  !                                  .
        inFlight,wallet      .                                                  .               .                                               !                                  .                                  .                   !                                  !                                  .
        accepted             .                                                  .               .                                               !                                  .                                  .                   !                                  !                                  .
        returning            .                                                  .               .                                               !                                  .                                  .                   !                                  !                                  .
        returned,card        .                                                  .               .                                               !                                  .                                  .                   !                                  !                                  .
        returned,toWallet    .                                                  .               .                                               !                                  .                                  .                   !                                  !                                  .
        returned,wallet      .                                                  .               .                                               !                                  .                                  .                   !                                  !                                  .
        failed               !                                                  !               !                                               .                                  .                                  !                   .                                  .                                  !
        funding,toHold       held:postFunding,tell-held                         !               failed:giveBackPart,uncount,tell-failed         failed:uncount,tell-failed         failed:uncount,tell-failed         funding:ask         failed:uncount,tell-failed         failed:uncount,tell-failed         funding:ask
        held                 .                                                  .               .                                               !                                  .                                  .                   !                                  !                                  .
        held,auto            .                                                  .               .                                               !                                  .                                  .                   !                                  !                                  .
        held,wallet          .                                                  .               .                                               !                                  .                                  .                   !                                  !                                  .
        """

    /// Answers to the refund that brings (or brought) the money back to the card.
    static let refund = """
                             approved                                another-amount  partial  declined                             action  pending        absent           invalid                              unknown
        funding              !                                       !               !        !                                    !       !              !                !                                    !
        funding,auto         !                                       !               !        !                                    !       !              !                !                                    !
        funding+return       !                                       !               !        !                                    !       !              !                !                                    !
        funding,auto+return  !                                       !               !        !                                    !       !              !                !                                    !
        inFlight             !                                       !               !        !                                    !       !              !                !                                    !
        inFlight,wallet      !                                       !               !        !                                    !       !              !                !                                    !
        accepted             !                                       !               !        !                                    !       !              !                !                                    !
        returning            returned,card:postToCard,tell-returned  !               !        returned:postToWallet,tell-returned  !       returning:ask  returning:again  returned:postToWallet,tell-returned  returning:ask
        returned,card        .                                       .               .        !                                    .       .              !                !                                    .
        returned,toWallet    !                                       !               !        .                                    !       !              .                .                                    !
        returned,wallet      !                                       !               !        !                                    !       !              !                !                                    !
        failed               !                                       !               !        !                                    !       !              !                !                                    !
        funding,toHold       !                                       !               !        !                                    !       !              !                !                                    !
        held                 !                                       !               !        !                                    !       !              !                !                                    !
        held,auto            !                                       !               !        !                                    !       !              !                !                                    !
        held,wallet          !                                       !               !        !                                    !       !              !                !                                    !
        """

    /// Answers to another refund, given up before.
    static let otherRefund = """
                             approved  another-amount  partial  declined  action  pending  absent  invalid  unknown
        funding              !         !               !        !         !       !        !       !        !
        funding,auto         !         !               !        !         !       !        !       !        !
        funding+return       !         !               !        !         !       !        !       !        !
        funding,auto+return  !         !               !        !         !       !        !       !        !
        inFlight             !         !               !        !         !       !        !       !        !
        inFlight,wallet      !         !               !        !         !       !        !       !        !
        accepted             !         !               !        !         !       !        !       !        !
        returning            !         !               !        .         !       !        .       .        !
        returned,card        !         !               !        .         !       !        .       .        !
        returned,toWallet    !         !               !        .         !       !        .       .        !
        returned,wallet      !         !               !        !         !       !        !       !        !
        failed               !         !               !        !         !       !        !       !        !
        funding,toHold       !         !               !        !         !       !        !       !        !
        held                 !         !               !        !         !       !        !       !        !
        held,auto            !         !               !        !         !       !        !       !        !
        held,wallet          !         !               !        !         !       !        !       !        !
        """
}
