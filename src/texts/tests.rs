use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::catalogue::{Sentence, Value, admin_sources, sources};
use super::clean::escape;
use super::sentences::{of_label, of_text, plain};
use super::*;
use crate::verification::address::{Address, Email};
use crate::verification::effect::{Channel, Letter};
use crate::verification::event::Refusal;
use crate::verification::spending::Bill;
use crate::verification::text::HelpStep;
use crate::verification::{Hidden, Timestamp};

const MINUTES: Duration = Duration::from_secs(600);

/// One sample of each variant at least. A variant that is not listed does not compile.
macro_rules! every {
    ($of:ident, $listed:ident: $kind:ty = $($pattern:pat => [$($sample:expr),+ $(,)?],)+) => {
        pub(crate) fn $of() -> Vec<$kind> {
            vec![$($($sample),+),+]
        }

        fn $listed(one: &$kind) -> bool {
            match one {
                $($pattern => true),+
            }
        }
    };
}

every! { every_text, is_listed: Text =
    Text::AskPassword { .. } => [Text::AskPassword { tries: 1 }, Text::AskPassword { tries: 3 }],
    Text::ChooseGate => [Text::ChooseGate],
    Text::NoOpenGate => [Text::NoOpenGate],
    Text::UnknownLink => [Text::UnknownLink],
    Text::AlreadyMember => [Text::AlreadyMember],
    Text::LetIn => [Text::LetIn],
    Text::PasswordTooLong => [Text::PasswordTooLong],
    Text::AlreadyAdmitted => [Text::AlreadyAdmitted],
    Text::Banned => [Text::Banned],
    Text::WrongPassword { .. } => [
        Text::WrongPassword { left: 0 },
        Text::WrongPassword { left: 1 },
        Text::WrongPassword { left: 2 },
    ],
    Text::Locked { .. } => [Text::Locked { wait: Duration::from_secs(300) }],
    Text::HardStopped => [Text::HardStopped],
    Text::Restored { .. } => [Text::Restored { wait: Duration::from_secs(300) }],
    Text::AskChannel => [Text::AskChannel],
    Text::AskEmail { .. } => [
        Text::AskEmail { domains: vec![] },
        Text::AskEmail { domains: domains(1) },
        Text::AskEmail { domains: domains(3) },
    ],
    Text::AskPhone { .. } => [
        Text::AskPhone { countries: vec![], or_email: true },
        Text::AskPhone { countries: vec!["+49".into()], or_email: true },
        Text::AskPhone { countries: vec!["+33".into(), "+1".into()], or_email: false },
    ],
    Text::EmailUnreadable => [Text::EmailUnreadable],
    Text::EmailDomainNotAllowed { .. } => [
        Text::EmailDomainNotAllowed { domains: domains(1) },
        Text::EmailDomainNotAllowed { domains: domains(40) },
    ],
    Text::PhoneUnreadable { .. } => [
        Text::PhoneUnreadable { countries: vec![] },
        Text::PhoneUnreadable { countries: vec!["+43".into()] },
        Text::PhoneUnreadable { countries: vec!["+41".into(), "+44".into()] },
    ],
    Text::PhoneCountryNotAllowed { .. } => [
        Text::PhoneCountryNotAllowed { countries: vec!["+49".into()] },
        Text::PhoneCountryNotAllowed { countries: vec!["+49".into(), "+43".into()] },
    ],
    Text::PhoneCannotReceive => [Text::PhoneCannotReceive],
    Text::ContactNotOwn => [Text::ContactNotOwn],
    Text::Noted => [Text::Noted],
    Text::Confirm { .. } => [
        Text::Confirm { channel: Channel::Email, address: Hidden::new("nora@example.org") },
        Text::Confirm { channel: Channel::Sms, address: Hidden::new("+4915123456789") },
    ],
    Text::ConfirmedSending { .. } => [Text::ConfirmedSending { masked: masked() }],
    Text::ConfirmDropped => [Text::ConfirmDropped],
    Text::CodeSent { .. } => [sent(Channel::Email, 1), sent(Channel::Sms, 2)],
    Text::CodeDelayed { .. } => [
        Text::CodeDelayed { channel: Channel::Email },
        Text::CodeDelayed { channel: Channel::Sms },
    ],
    Text::CodeGaveUp { .. } => [
        Text::CodeGaveUp { channel: Channel::Email },
        Text::CodeGaveUp { channel: Channel::Sms },
    ],
    Text::CodeUnknown { .. } => [unknown(Channel::Email, 1), unknown(Channel::Sms, 2)],
    Text::CodeRefused { .. } => [
        refused(Refusal::NoSuchAddress),
        refused(Refusal::MailboxFull),
        refused(Refusal::NotMobile),
        refused(Refusal::OptedOut),
        refused(Refusal::NotServed),
        refused(Refusal::Policy),
    ],
    Text::WrongCode { .. } => [
        Text::WrongCode { left: 0 },
        Text::WrongCode { left: 1 },
        Text::WrongCode { left: 2 },
    ],
    Text::CodeExpired { .. } => [Text::CodeExpired { number: 1 }, Text::CodeExpired { number: 2 }],
    Text::OldCode { .. } => [Text::OldCode { was: 1, now: 2 }],
    Text::NotACode { .. } => [Text::NotACode { digits: 6 }],
    Text::SameAddress { .. } => [
        Text::SameAddress { masked: masked(), number: 1 },
        Text::SameAddress { masked: masked(), number: 2 },
    ],
    Text::OfferNewCode { .. } => [Text::OfferNewCode { masked: masked() }],
    Text::TapLinkNotYours => [Text::TapLinkNotYours],
    Text::ButtonSpent => [Text::ButtonSpent],
    Text::ResendIn { .. } => [Text::ResendIn { wait: Duration::from_secs(42) }],
    Text::CodeKept { .. } => [Text::CodeKept { number: 1 }, Text::CodeKept { number: 2 }],
    Text::OptOut { .. } => [Text::OptOut { stopped: false }, Text::OptOut { stopped: true }],
    Text::OptedOut => [Text::OptedOut],
    Text::OptedIn => [Text::OptedIn],
    Text::NoMoreCodesToday => [Text::NoMoreCodesToday],
    Text::NoMoreAddressesToday => [Text::NoMoreAddressesToday],
    Text::AddressHadTooMany => [Text::AddressHadTooMany],
    Text::SmsHadTooMany { .. } => [Text::SmsHadTooMany { wait: Duration::from_secs(2400) }],
    Text::CountryHadTooMany => [Text::CountryHadTooMany],
    Text::CountryOff { .. } => [
        Text::CountryOff { or_email: true },
        Text::CountryOff { or_email: false },
    ],
    Text::Admitted => [Text::Admitted],
    Text::PersonalLink { .. } => [Text::PersonalLink { link: "https://t.me/+abc_DEF".into() }],
    Text::AdmissionNoRights => [Text::AdmissionNoRights],
    Text::AdmissionTooManyChats => [Text::AdmissionTooManyChats],
    Text::AdmissionFailed => [Text::AdmissionFailed],
    Text::Cancelled => [Text::Cancelled],
    Text::GateClosed => [Text::GateClosed],
    Text::EmailDomainBlocked => [Text::EmailDomainBlocked],
    Text::PhoneCountryBlocked => [Text::PhoneCountryBlocked],
    Text::NotOnRoster { .. } => [Text::NotOnRoster { masked: masked() }],
    Text::AddressTaken { .. } => [Text::AddressTaken { masked: masked() }],
    Text::OnlyByPersonalLink => [Text::OnlyByPersonalLink],
    Text::Freed => [Text::Freed],
    Text::RemovedInTime { .. } => [
        Text::RemovedInTime { time: Duration::from_secs(60 * 60) },
        Text::RemovedInTime { time: Duration::from_secs(48 * 60 * 60) },
    ],
    Text::ButtonOfSomebodyElse => [Text::ButtonOfSomebodyElse],
    Text::AskedAdmin => [Text::AskedAdmin],
    Text::AskedAdminAlready => [Text::AskedAdminAlready],
    Text::NoMoreAsksToday => [Text::NoMoreAsksToday],
    Text::NobodyToAsk => [Text::NobodyToAsk],
    Text::Declined => [Text::Declined],
    Text::Unlocked => [Text::Unlocked],
    Text::Revoked => [Text::Revoked],
    Text::Help { .. } => [Text::Help { step: HelpStep::Nothing }],
    Text::Safety => [Text::Safety],
    Text::SafetyBefore { .. } => [
        Text::SafetyBefore { groups: vec!["Rust Berlin".to_owned()] },
        Text::SafetyBefore { groups: vec!["Rust Berlin".to_owned(); 2] },
        Text::SafetyBefore { groups: vec!["Rust Berlin".to_owned(); 7] },
    ],
    Text::LoginCodeWarning => [Text::LoginCodeWarning],
    Text::NeedText { .. } => [
        Text::NeedText { step: HelpStep::Nothing },
        Text::NeedText { step: HelpStep::Password },
        Text::NeedText { step: HelpStep::Channel },
        Text::NeedText { step: HelpStep::Email },
        Text::NeedText { step: HelpStep::Phone },
        Text::NeedText { step: HelpStep::Confirm },
        Text::NeedText { step: HelpStep::Code },
        Text::NeedText { step: HelpStep::Locked },
        Text::NeedText { step: HelpStep::Stopped },
        Text::NeedText { step: HelpStep::Admitting },
        Text::NeedText { step: HelpStep::Link },
        Text::NeedText { step: HelpStep::Admitted },
    ],
    Text::NothingToCancel => [Text::NothingToCancel],
    Text::EditIgnored => [Text::EditIgnored],
    Text::ForwardIgnored => [Text::ForwardIgnored],
}

every! { every_label, label_is_listed: Label =
    Label::Group(_) => [Label::Group("Rust Berlin".into())],
    Label::UseEmail => [Label::UseEmail],
    Label::UseSms => [Label::UseSms],
    Label::SendCode => [Label::SendCode],
    Label::Resend => [Label::Resend],
    Label::OtherAddress => [Label::OtherAddress],
    Label::KeepCode => [Label::KeepCode],
    Label::NewCode => [Label::NewCode],
    Label::TryAgain => [Label::TryAgain],
    Label::AskAdmin => [Label::AskAdmin],
    Label::Cancel => [Label::Cancel],
    Label::OptOut => [Label::OptOut],
    Label::OptIn => [Label::OptIn],
}

/// Messages that carry no text or label of their own.
const APART: &[(&str, &[&str])] = &[
    ("wait-in", &["unit", "count"]),
    ("wait-for", &["unit", "count"]),
    ("nameless-group", &[]),
    ("posing-group", &["title"]),
    ("label-share-contact", &[]),
    ("command-start", &[]),
    ("command-help", &[]),
    ("command-admin", &[]),
    ("command-cancel", &[]),
    ("command-safety", &[]),
    ("mail-subject", &["group"]),
    ("mail-greeting", &[]),
    ("mail-intro", &["group", "number"]),
    ("mail-phrase", &["phrase"]),
    ("mail-todo", &["bot", "lives"]),
    ("mail-tap", &[]),
    ("mail-ignore", &[]),
    ("mail-promise", &[]),
    ("mail-opt-out", &[]),
    ("sms", &["code", "group", "number", "phrase", "lives", "stop"]),
];

fn domains(many: usize) -> Vec<String> {
    (0..many).map(|n| format!("@{n}.example.org")).collect()
}

fn masked() -> String {
    "n•••a@example.org".to_owned()
}

fn sent(channel: Channel, number: u32) -> Text {
    let phrase = "amber falcon".to_owned();
    Text::CodeSent { channel, masked: masked(), number, phrase, digits: 6, lives: MINUTES }
}

fn unknown(channel: Channel, number: u32) -> Text {
    let phrase = "amber falcon".to_owned();
    Text::CodeUnknown { channel, masked: masked(), number, phrase, digits: 6, lives: MINUTES }
}

fn refused(refusal: Refusal) -> Text {
    Text::CodeRefused { refusal, masked: masked() }
}

fn texts() -> Texts {
    Texts::load().unwrap()
}

fn en() -> Language {
    Language::new("en")
}

fn de() -> Language {
    Language::new("de")
}

fn letter() -> Letter {
    Letter {
        address: Address::Email(Email::parse("nora@example.org").unwrap()),
        code: Hidden::new("048213"),
        number: 1,
        phrase: "amber falcon".to_owned(),
        group: "Rust Berlin".to_owned(),
        lives: MINUTES,
        expires: Timestamp(600_000),
        tap: Hidden::new("t-Zx_91"),
        opt_out: Hidden::new("u-Yy_02"),
        withheld: false,
        bill: Bill::default(),
    }
}

fn every_sentence() -> Vec<Sentence> {
    let texts = every_text();
    let labels = every_label();
    assert!(texts.iter().all(is_listed) && labels.iter().all(label_is_listed));
    texts.iter().map(of_text).chain(labels.iter().filter_map(of_label)).collect()
}

/// The names of all messages of a file, each with the values that stand in it.
pub fn messages_of(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((id, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
            id.clone_into(&mut current);
            let before = messages.insert(current.clone(), BTreeSet::new());
            assert!(before.is_none(), "{id} stands there twice");
        }
        for place in line.split('$').skip(1) {
            let name: String =
                place.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            messages.get_mut(&current).unwrap().insert(name);
        }
    }
    messages
}

/// What our side gives each message.
fn messages_we_say() -> BTreeMap<String, BTreeSet<String>> {
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut queue = every_sentence();
    while let Some(sentence) = queue.pop() {
        let names = said.entry(sentence.id.to_owned()).or_default();
        for (name, value) in sentence.values {
            names.insert(name.to_owned());
            if let Value::Said(inner) = value {
                queue.push(inner);
            }
        }
    }
    for (id, names) in APART {
        said.insert((*id).to_owned(), names.iter().map(|name| (*name).to_owned()).collect());
    }
    said
}

#[test]
fn every_language_has_every_message_with_every_value_and_none_that_nobody_says() {
    let said = messages_we_say();
    for (file, source) in sources() {
        let mut there = messages_of(source);
        if file == "en.ftl" {
            // English hands the unit on to wait-for.
            there.insert("wait-in".into(), there["wait-for"].clone());
        }
        for (id, names) in &said {
            let found = there.remove(id).unwrap_or_else(|| panic!("{file} lacks {id}"));
            assert_eq!(&found, names, "{file}: {id} has other values than it is given");
        }
        assert!(there.is_empty(), "{file} has messages that nobody says: {:?}", there.keys());
    }
}

#[test]
fn what_admins_read_is_there_in_every_language() {
    let texts = texts();
    let sources = admin_sources();
    for (part, _, source) in sources.iter().filter(|(_, tag, _)| *tag == "en") {
        let english = messages_of(source);
        for language in texts.languages() {
            let found = sources.iter().find(|(p, tag, _)| p == part && *tag == language.as_str());
            let (_, tag, source) = found.unwrap_or_else(|| panic!("no {part}.{language:?}.ftl"));
            let there = messages_of(source);
            assert_eq!(there, english, "{part}.{tag}.ftl differs from {part}.en.ftl");
        }
    }
    for language in texts.languages() {
        for (name, does) in texts.admin_commands(&language, true) {
            assert!((1..=256).contains(&does.chars().count()) && name != does, "{name}: {does}");
        }
    }
}

#[test]
fn every_text_and_label_renders_in_every_language() {
    let texts = texts();
    let languages: Vec<_> = texts.languages().collect();
    assert!(languages.contains(&en()) && languages.contains(&de()));
    for language in &languages {
        for sentence in every_sentence() {
            let said = texts.catalogue.say_in(language.as_str(), &sentence, escape).unwrap();
            let shown = clean::without_tags(&said);
            assert_eq!(shown.trim(), shown, "{}: {said:?}", language.as_str());
            assert!(!shown.is_empty() && !said.contains("  "), "{said:?}");
            assert!(!said.contains(['{', '}', '$']), "{said:?}");
            assert!(said.chars().count() < 2000, "{said}");
        }
        for (name, does) in texts.commands(language) {
            assert!((1..=256).contains(&does.chars().count()), "{name}: {does}");
        }
        assert!(!texts.share_contact(language).is_empty());
    }
}

#[test]
fn tags_are_balanced_and_known_to_telegram() {
    let texts = texts();
    for language in texts.languages() {
        for text in every_text() {
            let said = texts.say(&language, Some("A <i>B</i> & C"), &text);
            let mut open = Vec::new();
            for part in said.split('<').skip(1) {
                let (tag, _) = part.split_once('>').unwrap();
                match tag.strip_prefix('/') {
                    Some(closed) => assert_eq!(open.pop(), Some(closed), "{said}"),
                    None => open.push(tag),
                }
                assert!(["b", "i", "code"].contains(&tag.trim_start_matches('/')), "{said}");
            }
            assert!(open.is_empty(), "{said}");
        }
        for label in every_label() {
            assert!(!texts.label(&language, &label).contains('<'));
        }
    }
}

#[test]
fn languages_fall_back_to_their_parent_and_to_english() {
    let texts = texts();
    let label = |code: &str| texts.label(&Language::new(code), &Label::Cancel);
    assert_eq!(label("de"), "Abbrechen");
    assert_eq!(label("de-AT"), "Abbrechen");
    assert_eq!(label("en-GB"), "Cancel");
    assert_eq!(label("tlh"), "Cancel");
}

#[test]
fn locks_are_said_in_the_users_words() {
    let texts = texts();
    let locked = |language: &Language, seconds| {
        texts.say(language, None, &Text::Locked { wait: Duration::from_secs(seconds) })
    };
    assert!(locked(&en(), 300).contains("<b>in 5 minutes</b>"));
    assert!(locked(&en(), 60).contains("<b>in 1 minute</b>"));
    assert!(locked(&de(), 299).contains("<b>in 5 Minuten</b>"));
    assert!(locked(&de(), 86_400).contains("<b>in 24 Stunden</b>"));
    assert!(locked(&de(), 200_000).contains("<b>in 3 Tagen</b>"));
    let resend = Text::ResendIn { wait: Duration::from_millis(41_200) };
    assert_eq!(texts.alert(&en(), &resend), "I can send you a new code in 42 seconds.");
    assert_eq!(
        texts.alert(&de(), &resend),
        "Einen neuen Code kann ich dir in 42 Sekunden schicken."
    );
}

#[test]
fn long_messages_read_well() {
    let text = Text::AskPassword { tries: 3 };
    insta::assert_snapshot!(texts().say(&en(), Some("Rust Berlin"), &text), @r"
    <b>Rust Berlin</b>

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please <b>type the password</b> and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    insta::assert_snapshot!(texts().say(&de(), Some("Rust Berlin"), &sent(Channel::Email, 2)), @r"
    <b>Rust Berlin</b>

    Ich habe <b>Code 2</b> per E-Mail an <code>n•••a@example.org</code> geschickt, sofern Codes dorthin nicht abbestellt sind. In der Mail stehen dieselben zwei Wörter wie in diesem Chat: <b>amber falcon</b>.

    Bitte tippe die 6 Ziffern hier ein. Sie gelten 10 Minuten. Frühere Codes zählen nicht mehr. Falls nichts ankommt, schau bitte auch in den Spam-Ordner. Falls du dort einmal keine Codes mehr wolltest, kommt auch keiner: Bitte nimm eine andere Adresse oder wende dich an einen Admin der Gruppe.
    ");
    insta::assert_snapshot!(texts().say(&en(), None, &sent(Channel::Email, 1)), @r"
    I have sent your code by e-mail to <code>n•••a@example.org</code>, unless its owner wants no codes from me. The mail carries the same two words as this chat: <b>amber falcon</b>.

    Please type the 6 digits here. They are valid for 10 minutes. If nothing comes, please look into the spam folder too.
    ");
    insta::assert_snapshot!(texts().say(&en(), None, &unknown(Channel::Sms, 2)), @r#"
    Our SMS service broke off, so I cannot tell whether code 2 reached <code>n•••a@example.org</code>. That is our fault, not yours.

    If it comes, it carries the words <b>amber falcon</b>: please type its 6 digits here within 10 minutes. If it does not come, ask for a new one.
    "#);
    insta::assert_snapshot!(texts().say(&en(), None, &Text::PhoneUnreadable { countries: vec!["+49".into()] }), @r#"I cannot read that as a phone number. Please type it with its country code, for example <code>+49 151 23456789</code>; this costs you no try. It has to begin with <code>+49</code>."#);
}

#[test]
fn hostile_titles_and_addresses_stay_words() {
    let texts = texts();
    let title = "<a href=\"tg://evil\">\u{202e}Rust\u{2066}\n</b>".to_owned() + &"x".repeat(5000);
    let text = Text::OfferNewCode { masked: "</code><b>&\u{202e}".to_owned() };
    let said = texts.say(&en(), Some(&title), &text);
    assert!(said.starts_with("<b>&lt;a href=&quot;tg: evil&quot;&gt;Rust &lt;/b&gt;xxx"), "{said}");
    assert!(said.contains("<code>&lt;/code&gt;&lt;b&gt;&amp;</code>"));
    assert!(!said.contains('\u{202e}') && said.len() < 400);
    assert!(texts.label(&en(), &Label::Group(title)).chars().count() <= 40);
    assert_eq!(texts.label(&en(), &Label::Group("\u{200b}".into())), "your group");
    assert!(texts.say(&en(), Some("\u{200b}"), &Text::AlreadyMember).starts_with("You are"));
}

#[test]
fn alerts_are_plain_and_short() {
    let texts = texts();
    for language in texts.languages() {
        for text in every_text() {
            let alert = texts.alert(&language, &text);
            assert!(alert.chars().count() <= 200 && !alert.contains("<b>"), "{alert}");
        }
    }
    let kept = texts.alert(&en(), &Text::OfferNewCode { masked: "<b>&amp;".to_owned() });
    assert_eq!(kept, "Shall I send a new code to <b>&amp;?");
}

#[test]
fn only_the_question_before_sending_shows_an_address_in_full() {
    let texts = texts();
    for language in texts.languages() {
        for text in every_text() {
            let said = texts.say(&language, Some("Rust Berlin"), &text);
            let full = said.contains("nora@example.org") || said.contains("+4915123456789");
            assert_eq!(full, matches!(text, Text::Confirm { .. }), "{said}");
        }
        let mail = texts.mail(&language, &letter(), "gate_bot");
        let sms = texts.sms(&language, &letter(), true);
        for said in [mail.subject, mail.text, mail.html, sms] {
            assert!(!said.contains("nora@") && !said.contains("example.org"), "{said}");
        }
    }
}

#[test]
fn the_mail_reads_well() {
    let mail = texts().mail(&en(), &letter(), "gate_bot");
    assert_eq!(mail.subject, "Your code for Rust Berlin");
    insta::assert_snapshot!(mail.text, @r"
    Hello,

    here is your code for the Telegram group “Rust Berlin”:

        048213

    The chat with the bot shows the same two words: amber falcon. If it shows others, this code is not meant for you.

    Please type the code in the chat with @gate_bot on Telegram. It is valid for 10 minutes.

    Or open this link on the device where you use Telegram. It works for you alone:
    https://t.me/gate_bot?start=t-Zx_91

    If it was not you who asked for this code, please ignore this mail: nothing happens without the code.

    We never ask for the login code of your Telegram account.

    If you never want a code from us at this address again, whoever asks for one, open this link and press the button:
    https://t.me/gate_bot?start=u-Yy_02
    ");
    let second = texts().mail(&de(), &Letter { number: 2, ..letter() }, "gate_bot");
    assert_eq!(second.subject, "Dein Code für Rust Berlin");
    insta::assert_snapshot!(second.text, @r"
    Hallo,

    hier ist Code 2 für die Telegram-Gruppe „Rust Berlin“; frühere Codes zählen nicht mehr:

        048213

    Im Chat mit dem Bot stehen dieselben zwei Wörter: amber falcon. Stehen dort andere, ist dieser Code nicht für dich.

    Bitte tippe den Code in den Chat mit @gate_bot auf Telegram ein. Er gilt 10 Minuten.

    Oder öffne diesen Link auf dem Gerät, auf dem du Telegram benutzt. Er funktioniert nur für dich:
    https://t.me/gate_bot?start=t-Zx_91

    Falls du diesen Code nicht angefordert hast, kannst du diese Mail einfach ignorieren: Ohne den Code geschieht nichts.

    Nach dem Anmeldecode deines Telegram-Kontos fragen wir nie.

    Falls du an dieser Adresse nie wieder einen Code von uns möchtest, egal, wer einen anfordert, öffne diesen Link und drück den Knopf:
    https://t.me/gate_bot?start=u-Yy_02
    ");
}

#[test]
fn the_mail_in_html_loads_nothing_and_says_the_same() {
    let texts = texts();
    for language in texts.languages() {
        let hostile = Letter { group: "<img src=x>\r\nBcc: a\u{202e}".into(), ..letter() };
        let mail = texts.mail(&language, &hostile, "gate_bot");
        assert!(!mail.subject.contains(['\r', '\n', '\u{202e}']));
        assert!(!mail.subject.contains("048213") && mail.subject.contains("<img src=x>"));
        assert!(mail.html.contains("&lt;img src=x&gt; Bcc: a") && !mail.html.contains("<img"));
        for outside in ["src=\"", "url(", "@import", "<link", "<script", "background", "color:#"] {
            assert!(!mail.html.contains(outside), "{outside}");
        }
        let link = "https://t.me/gate_bot?start=t-Zx_91";
        for said in [&mail.text, &mail.html] {
            for part in ["048213", "amber falcon", link, "@gate_bot", "10 Min"] {
                let found = said.to_lowercase().contains(&part.to_lowercase());
                assert!(found, "{part} is missing in {said}");
            }
        }
    }
}

#[test]
fn the_sms_reads_well() {
    let texts = texts();
    let say = |language: &Language, letter: &Letter| texts.sms(language, letter, true);
    insta::assert_snapshot!(say(&en(), &letter()), @"Code 048213 for Rust Berlin. In the chat: amber falcon. Valid 10 minutes. Type it only there. Not you? Ignore it; STOP ends it.");
    insta::assert_snapshot!(say(&de(), &Letter { number: 2, ..letter() }), @"Code 2: 048213 für Rust Berlin. Im Chat: amber falcon. Gilt 10 Minuten. Nur dort eintippen. Nicht von dir? Ignorieren; STOP bestellt ab.");
    let long = Letter {
        group: "Ł€ “A very long title” – [with] all sorts of things in it, ржавчина".into(),
        number: 12,
        ..letter()
    };
    insta::assert_snapshot!(say(&de(), &long), @r#"Code 12: 048213 für L€ "A very long title" - [with]. Im Chat: amber falcon. Gilt 10 Minuten. Nur dort eintippen. Nicht von dir? Ignorieren; STOP bestellt ab."#);
    let nameless = Letter { group: "ржавчина 日本".into(), ..letter() };
    assert!(say(&en(), &nameless).starts_with("Code 048213 for your group."));
    // Nobody can answer a name.
    for language in [en(), de()] {
        let by_name = texts.sms(&language, &letter(), false);
        assert!(!by_name.contains("STOP") && by_name.ends_with('.'), "{by_name}");
    }
}

proptest! {
    #[test]
    fn an_sms_is_always_one_segment_with_the_code(
        group in any::<String>(),
        phrase in "[a-z]{3,12} [a-z]{3,12}",
        code in "[0-9]{4,10}",
        number in any::<u32>(),
        lives in any::<u64>(),
        language in 0_usize..2,
    ) {
        let letter = Letter {
            group, code: Hidden::new(code.clone()), number, phrase: phrase.clone(),
            lives: Duration::from_secs(lives), ..letter()
        };
        let sms = texts().sms(&[en(), de()][language], &letter, number.is_multiple_of(2));
        let septets = gsm7::septets(&sms);
        prop_assert!(septets.is_some_and(|septets| septets <= gsm7::SEGMENT), "{septets:?} {sms}");
        prop_assert!(sms.contains(&code) && sms.contains(&phrase), "{sms}");
    }

    #[test]
    fn no_title_breaks_a_message(title in any::<String>(), masked in any::<String>()) {
        let said = texts().say(&de(), Some(&title), &Text::OfferNewCode { masked });
        prop_assert!(said.chars().count() < 3500);
        prop_assert!(said.matches('<').count() == 2 || said.matches('<').count() == 4, "{said}");
    }
}

#[test]
fn a_missing_message_is_named() {
    let texts = texts();
    let problem = texts.catalogue.say_in("de", &plain("no-such"), escape).unwrap_err();
    assert_eq!(problem, "locales/de.ftl lacks the message no-such");
    let starved = texts.catalogue.say_in("de", &plain("locked"), escape).unwrap_err();
    assert!(starved.contains("locked") && starved.contains("wait"), "{starved}");
    assert_eq!(texts.catalogue.say(&de(), &plain("no-such"), escape), "no-such");
}

#[test]
fn what_stands_in_the_menu_stands_in_the_help() {
    let texts = Texts::load().unwrap();
    for language in texts.languages() {
        let help = texts.say(&language, None, &Text::Help { step: HelpStep::Nothing });
        for (name, _) in texts.commands(&language).iter().filter(|(name, _)| *name != "help") {
            assert!(help.contains(&format!("\n/{name} – ")), "{name}: {help}");
        }
    }
}
