package chat

import "parley/domain"

// ErrNonceReused refuses a nonce that stands for another message.
func ErrNonceReused() *domain.Error {
	return &domain.Error{
		Kind: domain.Conflict, Code: "message.nonce_reused", Field: "nonce",
		Message: "this nonce was used for another message; use a new one for each message",
	}
}

// ErrOutcomeUnknown is what Append answers when the connection broke while the
// transaction was being committed: Sent can tell.
func ErrOutcomeUnknown(cause error) *domain.Error {
	return &domain.Error{
		Kind: domain.Unavailable, Code: "message.unknown", Err: cause,
		Message: "it is not known whether this was stored; send it again with the same nonce",
	}
}

// What a room refuses.

// ErrNameTaken refuses a name that another room has.
func ErrNameTaken() *domain.Error {
	return &domain.Error{
		Kind: domain.Conflict, Code: "room.name_taken", Field: "name",
		Message: "there is a room of that name already, or it cannot be had",
	}
}

// ErrArchived refuses to change a room that is archived.
func ErrArchived() *domain.Error {
	return &domain.Error{
		Kind: domain.Conflict, Code: "room.archived",
		Message: "this room is archived: it can be read and no more",
	}
}

// ErrNotMember is the answer to somebody who must join first, or of whom a
// member was asked who is none.
func ErrNotMember(self bool) *domain.Error {
	if self {
		return &domain.Error{Kind: domain.Forbidden, Code: "room.not_member", Message: "join this room first"}
	}
	return &domain.Error{
		Kind: domain.NotFound, Code: "member.not_found", Field: "username",
		Message: "there is no such member of this room",
	}
}

// ErrLastOwner refuses to leave a room without an owner.
func ErrLastOwner() *domain.Error {
	return &domain.Error{
		Kind: domain.Conflict, Code: "room.last_owner",
		Message: "this is the room's last owner: make somebody else an owner first, or delete the room",
	}
}

// errForbidden refuses what takes a higher role.
func errForbidden(needs domain.Role) *domain.Error {
	return &domain.Error{
		Kind: domain.Forbidden, Code: "room.forbidden",
		Message: "this takes the role of " + map[domain.Role]string{
			domain.RoleMember: "a member", domain.RoleModerator: "a moderator", domain.RoleOwner: "an owner",
		}[needs] + " in this room",
	}
}

func errLobby() *domain.Error {
	return &domain.Error{
		Kind: domain.Conflict, Code: "room.lobby",
		Message: "everyone is in the lobby, and it always exists",
	}
}

func errDirect() *domain.Error {
	return &domain.Error{
		Kind: domain.Conflict, Code: "room.direct",
		Message: "a direct conversation has no such thing: its people are its own",
	}
}

// What a message refuses.

// ErrMessageNotFound is the answer to a place where no message is.
func ErrMessageNotFound() *domain.Error {
	return &domain.Error{Kind: domain.NotFound, Code: "message.not_found", Field: "seq", Message: "there is no such message"}
}

// ErrMessageDeleted refuses to change a message of which only its place is left.
func ErrMessageDeleted() *domain.Error {
	return &domain.Error{Kind: domain.Conflict, Code: "message.deleted", Field: "seq", Message: "this message was deleted"}
}

// ErrNotYours refuses to edit what somebody else wrote.
func ErrNotYours() *domain.Error {
	return &domain.Error{Kind: domain.Forbidden, Code: "message.not_yours", Message: "this message is somebody else's"}
}

// ErrEditWindow refuses to edit a message that is too old.
func ErrEditWindow() *domain.Error {
	return &domain.Error{Kind: domain.Forbidden, Code: "message.edit_window", Message: "this message is too old to be edited"}
}

// ErrReactionsFull refuses one reaction too many.
func ErrReactionsFull() *domain.Error {
	return &domain.Error{
		Kind: domain.Conflict, Code: "message.reactions_full", Field: "emoji",
		Message: "this message has as many reactions as it can have",
	}
}

// ErrPinsFull refuses one pin too many.
func ErrPinsFull() *domain.Error {
	return &domain.Error{
		Kind: domain.Conflict, Code: "room.pins_full",
		Message: "a room has at most 100 pinned messages: unpin one first",
	}
}
