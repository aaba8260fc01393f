//! Every sentence that the rules can say, as data. The words are in `locales/`, by language.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::effect::Channel;
use super::event::Refusal;

/// One message to the person. Addresses in here are masked unless the variant says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Text {
    // Ways in.
    /// The first message: what this is, and the request to type the password.
    AskPassword {
        tries: u32,
    },
    /// Several gates are open to a stranger: pick one.
    ChooseGate,
    /// `/start` where no gate is listed.
    NoOpenGate,
    /// A deep link that leads nowhere (any more).
    UnknownLink,
    AlreadyMember,
    AlreadyAdmitted,
    /// Somebody else opened the group for them in the middle of the dialogue.
    LetIn,
    /// Telegram says that they are banned from the group.
    Banned,

    // Password.
    WrongPassword {
        left: u32,
    },
    /// No password opens the gate at the moment.
    GateClosed,
    /// Too long for any password; not compared.
    PasswordTooLong,

    // Locks.
    Locked {
        wait: Duration,
    },
    HardStopped,
    /// The store was put back from a backup: nobody may try anything for so long.
    Restored {
        wait: Duration,
    },

    // Address.
    AskChannel,
    /// `domains`: as the config has them; empty: any.
    AskEmail {
        domains: Vec<String>,
    },
    /// `countries`: dial codes. `or_email`: an e-mail address would do as well.
    AskPhone {
        countries: Vec<String>,
        or_email: bool,
    },
    EmailUnreadable,
    EmailDomainNotAllowed {
        domains: Vec<String>,
    },
    /// Of a domain that the gate does not take.
    EmailDomainBlocked,
    PhoneUnreadable {
        countries: Vec<String>,
    },
    PhoneCountryNotAllowed {
        countries: Vec<String>,
    },
    PhoneCountryBlocked,
    PhoneCannotReceive,
    /// Proven, but not one of those that this group expects.
    NotOnRoster {
        masked: String,
    },
    /// Proven, but other accounts are in by it already.
    AddressTaken {
        masked: String,
    },
    ContactNotOwn,
    /// Said when a typed or shared phone number was read, to take the share-contact keyboard away.
    Noted,
    /// The full address as it was understood, for the person to check before Send.
    Confirm {
        channel: Channel,
        address: super::Hidden,
    },
    /// What the Confirm message becomes once Send was pressed.
    ConfirmedSending {
        masked: String,
    },
    /// What the Confirm message becomes when it was given up.
    ConfirmDropped,

    // The code.
    CodeSent {
        channel: Channel,
        masked: String,
        number: u32,
        phrase: String,
        digits: u8,
        lives: Duration,
    },
    CodeDelayed {
        channel: Channel,
    },
    CodeGaveUp {
        channel: Channel,
    },
    /// It may have been sent; we cannot know.
    CodeUnknown {
        channel: Channel,
        masked: String,
        number: u32,
        phrase: String,
        digits: u8,
        lives: Duration,
    },
    CodeRefused {
        refusal: Refusal,
        masked: String,
    },
    WrongCode {
        left: u32,
    },
    CodeExpired {
        number: u32,
    },
    OldCode {
        was: u32,
        now: u32,
    },
    NotACode {
        digits: u8,
    },
    /// "Same address again: send a new code?"
    SameAddress {
        masked: String,
        number: u32,
    },
    /// A channel to choose again after a lock or a dead code.
    OfferNewCode {
        masked: String,
    },
    TapLinkNotYours,

    // Buttons pressed.
    ButtonSpent,
    ResendIn {
        wait: Duration,
    },
    CodeKept {
        number: u32,
    },

    // No more codes to an address, by the link in a mail that went there.
    /// Shall there be no more codes, or (`stopped`: that is so already) some again?
    OptOut {
        stopped: bool,
    },
    OptedOut,
    OptedIn,

    // Limits on sending.
    NoMoreCodesToday,
    NoMoreAddressesToday,
    AddressHadTooMany,
    CountryHadTooMany,
    /// No SMS go to that country for a while. `or_email`: an e-mail address would do.
    CountryOff {
        or_email: bool,
    },
    /// Some other limit of SMS is used up, until then.
    SmsHadTooMany {
        wait: Duration,
    },

    // The end.
    Admitted,
    PersonalLink {
        link: String,
    },
    AdmissionNoRights,
    AdmissionTooManyChats,
    AdmissionFailed,
    Cancelled,

    // Who came in without being asked, or asked by a way that does not count.
    /// Only a personal link leads in; this request by another one is declined.
    OnlyByPersonalLink,
    /// They had been muted in the group, and have passed.
    Freed,
    /// They had been muted, and did not pass within `time`: they are out.
    RemovedInTime {
        time: Duration,
    },
    /// The button in the group is for another member.
    ButtonOfSomebodyElse,

    // Admins.
    AskedAdmin,
    AskedAdminAlready,
    NoMoreAsksToday,
    NobodyToAsk,
    Declined,
    Unlocked,
    Revoked,

    // Anything else.
    Help {
        step: HelpStep,
    },
    /// What this bot asks for and what never, and how to tell it from one that poses as it.
    Safety,
    /// The same for somebody who is before the doors of these groups, by their titles.
    SafetyBefore {
        groups: Vec<String>,
    },
    LoginCodeWarning,
    NeedText {
        step: HelpStep,
    },
    NothingToCancel,
    EditIgnored,
    ForwardIgnored,
}

/// What the person is asked for at the moment, for help and for messages that cannot be read.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HelpStep {
    Nothing,
    Password,
    Channel,
    Email,
    Phone,
    Confirm,
    Code,
    Locked,
    /// Too many wrong tries in all.
    Stopped,
    /// Passed; the group is being opened, or could not be opened yet.
    Admitting,
    /// Passed, and a personal link waits to be used.
    Link,
    Admitted,
}
