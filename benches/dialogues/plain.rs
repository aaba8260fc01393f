//! Plain teloxide: the same dialogue as its documentation would have it written, and nothing stored.
//!
//! Its dispatcher, its bot with its HTTP client, lettre's pool for the mails and reqwest for the SMS;
//! everybody is in a map in memory. How far this is from the bare loop is what the libraries cost.

use std::collections::HashMap;
use std::io::BufRead;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::{AsyncSmtpTransport, AsyncTransport, Message as Mail, Tokio1Executor};
use teloxide::dispatching::{Dispatcher, UpdateFilterExt};
use teloxide::error_handlers::LoggingErrorHandler;
use teloxide::payloads::{EditMessageTextSetters, SendMessageSetters};
use teloxide::requests::{Request, Requester};
use teloxide::sugar::request::RequestLinkPreviewExt;
use teloxide::types::{
    ButtonRequest, CallbackQuery, ChatId, ChatJoinRequest, InlineKeyboardButton,
    InlineKeyboardMarkup, KeyboardButton, KeyboardMarkup, KeyboardRemove, Message, MessageId,
    ParseMode, ReplyMarkup, Update, UserId,
};
use teloxide::update_listeners::Polling;
use teloxide::{Bot, RequestError, dptree};

use crate::applicant::PASSWORD;
use crate::plan::{HELLO, HOW, LETTER, NOTED, Plan, SENT, SHALL_I, Stage, WELCOME, WHERE};

/// teloxide's own: its HTTP client gives up after 17 seconds.
const LONG_POLL: Duration = Duration::from_secs(10);

type Done = Result<(), RequestError>;

/// Runs until it is killed.
pub fn run(plan: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(serve(Plan::read(plan)));
}

struct Gate {
    plan: Plan,
    people: Mutex<HashMap<UserId, Stage>>,
    /// The last message with buttons in each chat.
    keyboards: Mutex<HashMap<UserId, MessageId>>,
    codes: AtomicU32,
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    twilio: reqwest::Client,
}

async fn serve(plan: Plan) {
    // Nothing is committed and nothing synced.
    std::thread::spawn(|| std::io::stdin().lock().lines().for_each(|_question| println!("0 0")));
    let url = format!("http://{}", plan.telegram).parse().expect("an address");
    let bot = Bot::new(&plan.token).set_api_url(url);
    let smtp = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(plan.smtp.ip().to_string());
    let gate = Arc::new(Gate {
        people: Mutex::default(),
        keyboards: Mutex::default(),
        codes: AtomicU32::new(100_000),
        smtp: smtp.port(plan.smtp.port()).build(),
        twilio: reqwest::Client::new(),
        plan,
    });
    let handler = dptree::entry()
        .branch(Update::filter_chat_join_request().endpoint(joins))
        .branch(Update::filter_message().endpoint(reads))
        .branch(Update::filter_callback_query().endpoint(is_pressed));
    let listener = Polling::builder(bot.clone()).timeout(LONG_POLL).build();
    Dispatcher::builder(bot, handler)
        .dependencies(dptree::deps![gate])
        .default_handler(|_| async {})
        .build()
        .dispatch_with_listener(listener, LoggingErrorHandler::new())
        .await;
}

async fn joins(bot: Bot, request: ChatJoinRequest, gate: Arc<Gate>) -> Done {
    gate.goes(request.from.id, Stage::Password);
    gate.says(&bot, request.from.id, HELLO, None).await.map(drop)
}

async fn reads(bot: Bot, message: Message, gate: Arc<Gate>) -> Done {
    let (Some(from), Some(text)) = (&message.from, message.text()) else { return Ok(()) };
    let user = from.id;
    match gate.stage(user) {
        Some(Stage::Password) if text == PASSWORD => {
            gate.goes(user, Stage::Channel);
            bot.delete_message(message.chat.id, message.id).send().await?;
            gate.asks(&bot, user, HOW, &[("By e-mail", "email"), ("By SMS", "sms")]).await
        }
        Some(Stage::Address { by_sms }) => {
            gate.goes(user, Stage::Confirms { to: text.to_owned(), by_sms });
            bot.delete_message(message.chat.id, message.id).send().await?;
            if by_sms {
                gate.says(&bot, user, NOTED, Some(KeyboardRemove::new().into())).await?;
            } else {
                gate.retires(&bot, user).await?;
            }
            let question = format!("{SHALL_I} {text}?");
            let buttons = [("Send the code", "send"), ("Another one", "other")];
            gate.asks(&bot, user, &question, &buttons).await
        }
        Some(Stage::Code { code }) if text == code => {
            gate.people().remove(&user);
            bot.delete_message(message.chat.id, message.id).send().await?;
            gate.retires(&bot, user).await?;
            bot.approve_chat_join_request(ChatId(gate.plan.group), user).send().await?;
            gate.says(&bot, user, WELCOME, None).await.map(drop)
        }
        _ => Ok(()),
    }
}

async fn is_pressed(bot: Bot, press: CallbackQuery, gate: Arc<Gate>) -> Done {
    let user = press.from.id;
    bot.answer_callback_query(press.id).send().await?;
    match gate.stage(user) {
        Some(Stage::Channel) => {
            let by_sms = press.data.is_some_and(|data| data == "sms");
            gate.goes(user, Stage::Address { by_sms });
            gate.retires(&bot, user).await?;
            if by_sms {
                let share = KeyboardButton::new("Share my number").request(ButtonRequest::Contact);
                let share = KeyboardMarkup::new([[share]]).resize_keyboard();
                gate.says(&bot, user, WHERE, Some(share.into())).await.map(drop)
            } else {
                gate.asks(&bot, user, WHERE, &[("By SMS instead", "sms")]).await
            }
        }
        Some(Stage::Confirms { to, by_sms }) => {
            let code = (gate.codes.fetch_add(1, Ordering::Relaxed) + 1).to_string();
            gate.goes(user, Stage::Code { code: code.clone() });
            let message = gate.keyboards().remove(&user).expect("a message with buttons");
            let sending = bot.edit_message_text(user, message, "Thank you.");
            sending.parse_mode(ParseMode::Html).send().await?;
            if by_sms {
                gate.texts(&to, &code).await
            } else {
                gate.mails(&to, &code).await
            }
            let buttons = [("Resend", "resend"), ("Another one", "other")];
            gate.asks(&bot, user, SENT, &buttons).await
        }
        _ => Ok(()),
    }
}

impl Gate {
    fn people(&self) -> MutexGuard<'_, HashMap<UserId, Stage>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keyboards(&self) -> MutexGuard<'_, HashMap<UserId, MessageId>> {
        self.keyboards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stage(&self, user: UserId) -> Option<Stage> {
        self.people().get(&user).cloned()
    }

    fn goes(&self, user: UserId, stage: Stage) {
        self.people().insert(user, stage);
    }

    async fn says(
        &self,
        bot: &Bot,
        user: UserId,
        text: &str,
        markup: Option<ReplyMarkup>,
    ) -> Result<MessageId, RequestError> {
        let mut message = bot
            .send_message(user, format!("<b>Rust Berlin</b>\n\n{text}"))
            .parse_mode(ParseMode::Html)
            .disable_link_preview(true);
        message.reply_markup = markup;
        Ok(message.send().await?.id)
    }

    /// Says something that has buttons.
    async fn asks(&self, bot: &Bot, user: UserId, text: &str, labels: &[(&str, &str)]) -> Done {
        let row = labels.iter().map(|(label, data)| InlineKeyboardButton::callback(*label, *data));
        let markup = InlineKeyboardMarkup::new([row.collect::<Vec<_>>()]);
        let message = self.says(bot, user, text, Some(markup.into())).await?;
        self.keyboards().insert(user, message);
        Ok(())
    }

    async fn retires(&self, bot: &Bot, user: UserId) -> Done {
        let message = self.keyboards().remove(&user).expect("a message with buttons");
        bot.edit_message_reply_markup(user, message).send().await.map(drop)
    }

    async fn mails(&self, to: &str, code: &str) {
        let text = LETTER.replace("‹code›", code);
        let (_, text) = text.split_once("\n\n").expect("a head and a body");
        let mail = Mail::builder()
            .from("Gate <gate@example.org>".parse().expect("an address"))
            .to(to.parse().expect("an address"))
            .subject("Your code for Rust Berlin")
            .body(text.trim_end_matches(".\n").to_owned());
        self.smtp.send(mail.expect("a mail")).await.expect("a mail server");
    }

    async fn texts(&self, to: &str, code: &str) {
        let Plan { twilio, account, login, .. } = &self.plan;
        let url = format!("http://{twilio}/2010-04-01/Accounts/{account}/Messages.json");
        let to = to.replace('+', "%2B");
        let body = format!(
            "To={to}&From=%2B4915112345678&ValidityPeriod=600&Body=Code+{code}+for+Rust+Berlin"
        );
        let request = self
            .twilio
            .post(url)
            .header("authorization", format!("Basic {login}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        request.send().await.expect("Twilio").bytes().await.expect("an answer");
    }
}
