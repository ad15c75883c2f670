// swift-format-ignore-file: tables are wider than code.

// `.` ignored · `!` conflict · `x:why` refused · else the next state, `+cancel` or `+return` when a wish waits, and after the
// colon what the engine must do.

enum FriendTransferTables {
    /// What people ask for, and time; and what a processor reports later.
    static let people = """
                             accept                                 tooLate     decline                              cancel                               lapse                                bounced                            otherBounced
        funding              x:unknown                              x:unknown   funding+return                       funding+return                       funding+return                       !                                  !
        funding,auto         x:unknown                              x:unknown   funding+return                       funding+return                       funding+return                       !                                  !
        funding+return       x:unknown                              x:unknown   .                                    .                                    .                                    !                                  !
        funding,auto+return  x:unknown                              x:unknown   .                                    .                                    .                                    !                                  !
        inFlight             accepted:postAcceptance,tell-accepted  x:expired   returning:refund,tell-returning      returning:refund,tell-returning      returning:refund,tell-returning      !                                  !
        inFlight,wallet      accepted:postAcceptance,tell-accepted  x:expired   returned:postToWallet,tell-returned  returned:postToWallet,tell-returned  returned:postToWallet,tell-returned  !                                  !
        accepted             x:accepted                             x:accepted  x:accepted                           x:accepted                           x:accepted                           !                                  !
        returning            x:returned                             x:returned  .                                    .                                    .                                    !                                  !
        returned,card        x:returned                             x:returned  x:returned                           x:returned                           x:returned                           returned:postBounce,tell-returned  !
        returned,toWallet    x:returned                             x:returned  x:returned                           x:returned                           x:returned                           !                                  !
        returned,wallet      x:returned                             x:returned  x:returned                           x:returned                           x:returned                           !                                  !
        failed               x:failed                               x:failed    x:failed                             x:failed                             x:failed                             !                                  !
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
        """
}
