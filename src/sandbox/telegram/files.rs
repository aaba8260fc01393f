//! Files: what people and the bot send, getFile and the download behind it, sendDocument.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::access::Place;
use super::markup;
use super::messages::marked_up;
use super::methods::Answer;
use super::model::{Content, Model};
use super::params::{GetFile, SendDocument};
use super::people::{Done, impossible};
use super::refusal::Refusal;

/// Bytes in a file that a bot may download.
pub const DOWNLOAD_LIMIT: usize = 20 * 1024 * 1024;
/// Bytes in a file that a bot may send.
pub const UPLOAD_LIMIT: usize = 50 * 1024 * 1024;
/// Characters in a caption, after the formatting is taken out.
pub const CAPTION_LIMIT: usize = 1024;
/// How long a download link is good for.
const LINK_LIFE_MS: i64 = 60 * 60 * 1000;

/// A file that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub mime: String,
    pub bytes: Arc<[u8]>,
}

/// All files, by id, and the links that lead to them.
#[derive(Debug, Default)]
pub struct Files {
    files: BTreeMap<String, File>,
    /// By path: the file and when the link ends.
    links: BTreeMap<String, (String, i64)>,
}

impl Files {
    pub fn get(&self, id: &str) -> Option<&File> {
        self.files.get(id)
    }

    /// The `document` of a message.
    pub fn document(&self, id: &str) -> Value {
        let Some(file) = self.files.get(id) else { return Value::Null };
        json!({
            "file_name": file.name, "mime_type": file.mime, "file_id": id,
            "file_unique_id": unique(id), "file_size": file.bytes.len(),
        })
    }

    /// The file that a link's path leads to at this moment.
    pub fn behind(&self, path: &str, now_ms: i64) -> Option<&File> {
        let (id, until) = self.links.get(path)?;
        self.files.get(id).filter(|_| now_ms < *until)
    }

    fn take(&mut self, serial: u64, file: File) -> String {
        let id = format!("BQACAgIAAxkB{serial:020}");
        self.files.insert(id.clone(), file);
        id
    }
}

/// What a file holds, by the ending of its name, as Telegram guesses.
pub fn mime_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
        Some("csv") => "text/csv",
        Some("txt" | "log") => "text/plain",
        Some("json") => "application/json",
        Some("pdf") => "application/pdf",
        Some(_) | None => "application/octet-stream",
    }
}

fn unique(id: &str) -> String {
    format!("AgAD{}", &id[id.len().saturating_sub(12)..])
}

impl Model {
    /// Keeps a file; its id.
    pub fn keeps_file(&mut self, file: File) -> String {
        let serial = self.serial();
        self.files.take(serial, file)
    }

    /// Somebody sends the bot a file, with a caption or an empty one.
    pub fn sends_file(&mut self, user: u64, file: File, caption: &str) -> Done<i32> {
        if file.name.is_empty() || file.bytes.is_empty() {
            return impossible("a file has a name and at least one byte");
        }
        if caption.chars().count() > CAPTION_LIMIT {
            return impossible("a caption has at most 1,024 characters");
        }
        let name = file.name.clone();
        let content = Content::Document { file: self.keeps_file(file), name };
        self.writes(user, super::people::typed(caption), content, None, None)
    }

    pub(super) fn get_file(&mut self, params: &GetFile) -> Answer {
        let id = params.file_id.as_str();
        let file = self.files.get(id).ok_or_else(|| {
            Refusal::bad_request("wrong file_id or the file is temporarily unavailable")
        })?;
        let size = file.bytes.len();
        if size > DOWNLOAD_LIMIT {
            return Err(Refusal::bad_request("file is too big"));
        }
        let ending = file.name.rsplit_once('.').map(|(_, ending)| format!(".{ending}"));
        let until = self.clock.now_ms() + LINK_LIFE_MS;
        let known = self.files.links.iter().find(|(_, (file, _))| file == id);
        let path = match known {
            Some((path, _)) => path.clone(),
            None => {
                let number = self.files.links.len();
                format!("documents/file_{number}{}", ending.unwrap_or_default())
            }
        };
        self.files.links.insert(path.clone(), (id.to_owned(), until));
        Ok(json!({
            "file_id": id, "file_unique_id": unique(id), "file_size": size, "file_path": path,
        }))
    }

    /// `upload`: the file that came with the request, if one did.
    pub(super) fn send_document(&mut self, params: SendDocument, upload: Option<File>) -> Answer {
        let place = self.place(&params.chat_id)?;
        let caption = params.caption.unwrap_or_default();
        let body = marked_up(&caption, params.parse_mode.as_deref(), params.caption_entities)?;
        if body.text.chars().count() > CAPTION_LIMIT {
            return Err(Refusal::violation("message caption is too long"));
        }
        let markup = markup::read(params.reply_markup)?;
        let file = match upload {
            Some(file) if file.bytes.is_empty() => {
                return Err(Refusal::violation("file must be non-empty"));
            }
            Some(file) => self.keeps_file(file),
            None => {
                let id = params.document.unwrap_or_default();
                if self.files.get(&id).is_none() {
                    return Err(Refusal::violation("wrong file identifier/HTTP URL specified"));
                }
                id
            }
        };
        let name = self.files.get(&file).map(|file| file.name.clone()).unwrap_or_default();
        let content = Content::Document { file, name };
        let reply_to = self.answered(place, params.reply_parameters)?;
        match place {
            Place::Private(user) => self.write_privately(user, body, content, markup, reply_to),
            Place::Group(group) => self.write_in_group(group, body, content, &markup, reply_to),
        }
    }
}
