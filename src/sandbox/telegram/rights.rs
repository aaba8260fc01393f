//! What administrators and members may do in a group: named yes or no each, as in the Bot API.

use serde::Deserialize;
use serde_json::{Map, Value};

/// Declares a set of named yes or no, and its JSON. A field may be left out where it is read: then
/// it is `None`.
macro_rules! named_rights {
    ($(#[$doc:meta])* $name:ident, $given:ident { $($field:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Copy, Clone, Debug, PartialEq, Eq)]
        pub struct $name { $(pub $field: bool),* }

        impl $name {
            pub const ALL: $name = $name { $($field: true),* };
            pub const NONE: $name = $name { $($field: false),* };

            /// Whether everything that `other` allows is allowed here too.
            #[must_use]
            pub fn include(&self, other: $name) -> bool {
                $((self.$field || !other.$field))&&*
            }

            /// What both allow.
            #[must_use]
            pub fn and(&self, other: $name) -> $name {
                $name { $($field: self.$field && other.$field),* }
            }

            /// What at least one of both allows.
            #[must_use]
            pub fn or(&self, other: $name) -> $name {
                $name { $($field: self.$field || other.$field),* }
            }

            /// Sets one by its name in the Bot API; whether there is such a one.
            pub fn set(&mut self, name: &str, may: bool) -> bool {
                match name {
                    $(stringify!($field) => self.$field = may,)*
                    _ => return false,
                }
                true
            }

            pub fn json(&self) -> Map<String, Value> {
                let mut json = Map::new();
                $(json.insert(stringify!($field).to_owned(), self.$field.into());)*
                json
            }
        }

        /// The same as a bot gives it.
        #[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $given { $(pub $field: Option<bool>),* }
    };
}

named_rights! {
    /// The rights of an administrator (`ChatAdministratorRights`; of those that channels have only,
    /// the one to post; whether they are anonymous is kept apart).
    Rights, GivenRights {
        can_manage_chat,
        can_delete_messages,
        can_manage_video_chats,
        can_restrict_members,
        can_promote_members,
        can_change_info,
        can_invite_users,
        can_post_stories,
        can_edit_stories,
        can_delete_stories,
        can_post_messages,
        can_pin_messages,
        can_manage_topics,
        can_manage_tags,
    }
}

named_rights! {
    /// What an ordinary member may do (`ChatPermissions`).
    Permissions, GivenPermissions {
        can_send_messages,
        can_send_audios,
        can_send_documents,
        can_send_photos,
        can_send_videos,
        can_send_video_notes,
        can_send_voice_notes,
        can_send_polls,
        can_send_other_messages,
        can_add_web_page_previews,
        can_react_to_messages,
        can_edit_tag,
        can_change_info,
        can_invite_users,
        can_pin_messages,
        can_manage_topics,
    }
}

impl Rights {
    /// What every administrator of a basic group has: there, rights are not given one by one.
    pub const BASIC: Rights = Rights {
        can_promote_members: false,
        can_post_stories: false,
        can_edit_stories: false,
        can_delete_stories: false,
        can_post_messages: false,
        can_manage_topics: false,
        can_manage_tags: false,
        ..Rights::ALL
    };
    /// What a bot needs that writes in a channel.
    pub const POSTER: Rights =
        Rights { can_manage_chat: true, can_post_messages: true, ..Rights::NONE };
    /// The three that a gatekeeper needs.
    pub const GATEKEEPER: Rights = Rights {
        can_manage_chat: true,
        can_invite_users: true,
        can_restrict_members: true,
        can_delete_messages: true,
        ..Rights::NONE
    };

    /// Of these names in the Bot API, and what any right implies.
    ///
    /// # Errors
    /// The first name that is none.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Rights, &'a str> {
        let mut rights = Rights { can_manage_chat: true, ..Rights::NONE };
        for name in names {
            if !rights.set(name, true) {
                return Err(name);
            }
        }
        Ok(rights)
    }
}

/// `ChatAdministratorRights` as a button asks for them: strictly, with those of channels.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedRights {
    pub is_anonymous: bool,
    pub can_manage_chat: bool,
    pub can_delete_messages: bool,
    pub can_manage_video_chats: bool,
    pub can_restrict_members: bool,
    pub can_promote_members: bool,
    pub can_change_info: bool,
    pub can_invite_users: bool,
    pub can_post_stories: bool,
    pub can_edit_stories: bool,
    pub can_delete_stories: bool,
    pub can_post_messages: Option<bool>,
    pub can_edit_messages: Option<bool>,
    pub can_pin_messages: Option<bool>,
    pub can_manage_topics: Option<bool>,
    pub can_manage_direct_messages: Option<bool>,
    pub can_manage_tags: Option<bool>,
}

impl WantedRights {
    pub fn in_a_group(&self) -> Rights {
        let pin = self.can_pin_messages == Some(true);
        Rights {
            can_manage_chat: self.can_manage_chat,
            can_delete_messages: self.can_delete_messages,
            can_manage_video_chats: self.can_manage_video_chats,
            can_restrict_members: self.can_restrict_members,
            can_promote_members: self.can_promote_members,
            can_change_info: self.can_change_info,
            can_invite_users: self.can_invite_users,
            can_post_stories: self.can_post_stories,
            can_edit_stories: self.can_edit_stories,
            can_delete_stories: self.can_delete_stories,
            can_post_messages: self.can_post_messages == Some(true),
            can_pin_messages: pin,
            can_manage_topics: self.can_manage_topics == Some(true),
            can_manage_tags: self.can_manage_tags.unwrap_or(pin),
        }
    }
}

impl GivenPermissions {
    /// What they mean: what is left out is not allowed, but for the three with a default of their
    /// own; and unless `independent`, the wide ones imply the narrow ones.
    pub fn meant(&self, independent: bool) -> Permissions {
        let yes = |given: Option<bool>| given == Some(true);
        let wide = !independent
            && (yes(self.can_send_other_messages) || yes(self.can_add_web_page_previews));
        let messages =
            yes(self.can_send_messages) || wide || (!independent && yes(self.can_send_polls));
        let pin = yes(self.can_pin_messages);
        Permissions {
            can_send_messages: messages,
            can_send_audios: yes(self.can_send_audios) || wide,
            can_send_documents: yes(self.can_send_documents) || wide,
            can_send_photos: yes(self.can_send_photos) || wide,
            can_send_videos: yes(self.can_send_videos) || wide,
            can_send_video_notes: yes(self.can_send_video_notes) || wide,
            can_send_voice_notes: yes(self.can_send_voice_notes) || wide,
            can_send_polls: yes(self.can_send_polls),
            can_send_other_messages: yes(self.can_send_other_messages),
            can_add_web_page_previews: yes(self.can_add_web_page_previews),
            can_react_to_messages: self.can_react_to_messages.unwrap_or(messages),
            can_edit_tag: self.can_edit_tag.unwrap_or(pin),
            can_change_info: yes(self.can_change_info),
            can_invite_users: yes(self.can_invite_users),
            can_pin_messages: pin,
            can_manage_topics: self.can_manage_topics.unwrap_or(pin),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn meant(given: Value, independent: bool) -> Permissions {
        serde_json::from_value::<GivenPermissions>(given).unwrap().meant(independent)
    }

    #[test]
    fn wide_permissions_imply_narrow_ones_unless_independent() {
        let given = json!({"can_send_other_messages": true});
        let wide = meant(given.clone(), false);
        assert!(wide.can_send_messages && wide.can_send_voice_notes && !wide.can_send_polls);
        let alone = meant(given, true);
        let expected = Permissions { can_send_other_messages: true, ..Permissions::NONE };
        assert_eq!(alone, expected);
        let polls = meant(json!({"can_send_polls": true}), false);
        assert!(polls.can_send_messages && !polls.can_send_photos);
        assert!(!meant(json!({"can_send_polls": true}), true).can_send_messages);
    }

    #[test]
    fn three_permissions_follow_others_when_left_out() {
        let sends = meant(json!({"can_send_messages": true}), true);
        assert!(sends.can_react_to_messages && !sends.can_edit_tag && !sends.can_manage_topics);
        let pins = meant(json!({"can_pin_messages": true}), true);
        assert!(pins.can_edit_tag && pins.can_manage_topics && !pins.can_react_to_messages);
        assert_eq!(meant(json!({}), true), Permissions::NONE);
        assert_eq!(meant(Value::Object(Permissions::ALL.json()), true), Permissions::ALL);
    }

    #[test]
    fn unknown_names_are_refused() {
        assert!(serde_json::from_value::<GivenPermissions>(json!({"can_fly": true})).is_err());
        assert_eq!(Rights::of(["can_invite_users", "can_fly"]), Err("can_fly"));
        let rights = Rights::of(["can_invite_users"]).unwrap();
        assert!(Rights::GATEKEEPER.include(rights) && !rights.include(Rights::GATEKEEPER));
    }
}
