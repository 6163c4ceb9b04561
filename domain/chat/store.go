package chat

import (
	"context"
	"time"

	"parley/domain"
	"parley/domain/encryption"
)

// NonceDigest is a keyed hash: of a nonce with its room and author, or of a
// message's content.
type NonceDigest [16]byte

// Entry is a message on its way into the log.
type Entry struct {
	RoomID    domain.RoomID
	Author    domain.UserID
	ReplyTo   domain.Seq // 0 for none
	CreatedAt time.Time  // UTC, microseconds
	Nonce     NonceDigest
	Content   NonceDigest // of the content, so that a repeated nonce can be compared
	Mentions  []Mention
	// May is asked with the author's role in the room as it is by then, and
	// refuses if that is too little; nil if it does not matter.
	May func(domain.Role) error
	// Seal seals the text for the place that the log gives it.
	Seal func(domain.Seq) (encryption.Sealed, error)
}

// Mention is somebody whom a message calls.
type Mention struct {
	User domain.UserID // Everyone for all members
	How  MentionWord
}

// Everyone stands for all members of a room in a Mention.
const Everyone domain.UserID = 0

// MentionWord is the word by which somebody is called.
type MentionWord string

// The words of a mention.
const (
	ByName MentionWord = "name"
	ByHere MentionWord = domain.MentionHere
	ByRoom MentionWord = domain.MentionRoom
)

// Appended is what became of an Entry.
type Appended struct {
	Seq       domain.Seq
	CreatedAt time.Time // of the stored message: the first one's for a repeat
	Repeated  bool      // the nonce was known: nothing was added
	Err       error     // this entry alone was refused: by May, ErrNonceReused, ErrRoomNotFound, ErrArchived
}

// Record is a message as it is stored.
type Record struct {
	RoomID    domain.RoomID
	Room      string
	Seq       domain.Seq
	Author    domain.Author
	Sealed    encryption.Sealed // zero once it is deleted
	TextSeq   domain.Seq        // the place that gave it its text: the message's own, or its last edit's
	ReplyTo   domain.Seq
	CreatedAt time.Time
	EditedAt  time.Time // zero if it never was
	Deleted   bool
	Pinned    bool
	Reactions int // how many there are in all
}

// Range is a stretch of a room's messages: those with After < seq < Before, a
// zero Before being no bound. It is filled from its end if Newest is set, else
// from its beginning, with Limit messages at most.
type Range struct {
	After, Before domain.Seq
	Limit         int
	Newest        bool
}

// Change is something that happens in a room beside its messages, on its way
// into the log. Which fields count depends on Type, as in domain.Event.
type Change struct {
	RoomID   domain.RoomID
	Type     domain.EventType
	Change   domain.Change
	By       domain.UserID // who does it
	User     domain.UserID // the member that it concerns
	Target   domain.Seq    // the message that it concerns
	Emoji    string
	Added    bool
	Role     domain.Role
	Name     string             // Renamed
	Topic    *encryption.Sealed // TopicSet; nil takes the topic away
	At       time.Time          // UTC, microseconds
	Since    time.Time          // EventEdited: a message older than this is left alone; zero for no bound
	Mentions []Mention          // EventEdited
	// May is as in an Entry, for the role of By.
	May func(domain.Role) error
	// Seal seals the new text of an edited message for it and the change's place.
	Seal func(domain.Seq) (encryption.Sealed, error)
}

// Changed is what became of a Change.
type Changed struct {
	Seq domain.Seq // 0 if it was so already: nothing was added
	Err error      // this change alone was refused
}

// ChangeRecord is a change as it is stored.
type ChangeRecord struct {
	RoomID domain.RoomID
	Room   string // the room's name now
	Seq    domain.Seq
	Type   domain.EventType
	Change domain.Change
	Target domain.Seq
	By     domain.Author
	User   domain.Author
	Detail string // the emoji, or the role
	Added  bool
	At     time.Time
}

// Marks is what people put to a message.
type Marks struct {
	Reactions []domain.Reaction
	Mentions  []string // names as they are written; "here" and "room" among them
}

// Version is what a message once said.
type Version struct {
	Sealed encryption.Sealed
	Seq    domain.Seq // the message's own, or that of the edit that gave it this text
	At     time.Time  // when it was written
}

// Log is the append-only history of all rooms. Each method is one atomic unit.
type Log interface {
	Writing
	Reading
}

// Writing adds to the log.
type Writing interface {
	// Append adds the entries in one transaction and gives what became of
	// each, in the order of entries. Within a room the new seqs are dense and
	// follow that order, and commit order is seq order. A nonce that the room
	// and author used within domain.NonceLife before the entry's CreatedAt
	// repeats that message if Content is the same, and is refused if not;
	// this holds within one batch too. An error of the whole batch means that
	// nothing was added, except ErrOutcomeUnknown.
	Append(ctx context.Context, entries []Entry) ([]Appended, error)
	// Sent looks up what an earlier Append made of an entry. It waits for an
	// append in progress to end, so that its answer is final; Seq 0 says that
	// the message was not stored.
	Sent(ctx context.Context, entry Entry) (Appended, error)
	// Apply makes changes in one transaction, each in the state that those of
	// its room before it left, and gives what became of each. They share the numbering
	// of messages. What a change needs to be so is asked in the same unit; its
	// refusals are those of errors.go. An error of the whole batch is as of
	// Append.
	Apply(ctx context.Context, changes []Change) ([]Changed, error)
	// ForgetNonces removes nonces used before a time: many small units, so that
	// an append never waits long for it and what was removed stays so if it is
	// not finished.
	ForgetNonces(ctx context.Context, before time.Time) error
	// Clear removes what is in rooms that were deleted before a time, in many
	// small units.
	Clear(ctx context.Context, before time.Time) error
}

// Reading reads the log. The cost of each depends on what it gives alone.
type Reading interface {
	// Messages reads a range, oldest first.
	Messages(ctx context.Context, room domain.RoomID, span Range) ([]Record, error)
	// MessagesAt reads single messages, in any order; those that are not there
	// are left out.
	MessagesAt(ctx context.Context, room domain.RoomID, seqs []domain.Seq) ([]Record, error)
	// Events reads at most limit messages and changes above a seq, each in its
	// order. Together they have no gap but what retention removed.
	Events(ctx context.Context, room domain.RoomID, after domain.Seq, limit int) ([]Record, []ChangeRecord, error)
	// Notices reads the changes of members, pins and the room itself in a
	// range, oldest first.
	Notices(ctx context.Context, room domain.RoomID, span Range) ([]ChangeRecord, error)
	// Marks reads what people put to messages.
	Marks(ctx context.Context, room domain.RoomID, seqs []domain.Seq) (map[domain.Seq]Marks, error)
	// Versions reads what a message said before its last edit, oldest first: of
	// more than domain.MaxVersions the first and the newest.
	Versions(ctx context.Context, room domain.RoomID, seq domain.Seq) ([]Version, error)
	// Pinned reads a room's pinned messages, oldest first.
	Pinned(ctx context.Context, room domain.RoomID) ([]Record, error)
	// Extents gives the kept part of each room's numbering, in one query.
	// Rooms that do not exist are left out.
	Extents(ctx context.Context, rooms []domain.RoomID) (map[domain.RoomID]domain.Extent, error)
}

// NewRoom is a room that does not exist yet.
type NewRoom struct {
	Name      string
	Kind      domain.RoomKind
	Direct    string // key of a direct conversation: its people's ids, in order
	Creator   domain.UserID
	Members   []domain.UserID // of a direct conversation; of any other the creator alone, as owner
	CreatedAt time.Time
	// SealTopic seals the topic for the room's id; nil for none.
	SealTopic func(domain.RoomID) (encryption.Sealed, error)
}

// Access is a room and what one user is in it.
type Access struct {
	domain.Room
	Sealed  encryption.Sealed // the topic; zero for none
	Creator domain.UserID
	Members int // how many have joined
	Role    domain.Role
	Read    domain.Seq // how far they have read
	Muted   bool
	Notify  domain.Notify
	Draft   encryption.Sealed // zero for none
}

// Standing is an Access with what waits there.
type Standing struct {
	Access
	Unread   int             // messages of others above Read, MaxUnread at most; of 1,000 that are there
	Mentions int             // those of them that call the user, MaxUnread at most
	People   []domain.Author // of a direct conversation; else nil
}

// MaxUnread is where counting stops.
const MaxUnread = 100

// Rooms keeps the rooms.
type Rooms interface {
	// Look finds a room, by name or id, or a direct one by its key, and what
	// a user is in it. NotFound room.not_found, also of one that was deleted.
	Look(ctx context.Context, user domain.UserID, where Where) (Access, error)
	// Standings gives the rooms that a user is in or invited to, with what
	// waits there, by id, in one query.
	Standings(ctx context.Context, user domain.UserID) ([]Standing, error)
	// StandingsAmong is Standings of some rooms alone, without their people.
	StandingsAmong(ctx context.Context, user domain.UserID, rooms []domain.RoomID) ([]Standing, error)
	// Directory lists at most limit public rooms with a name above after, by
	// name, as a user sees them.
	Directory(ctx context.Context, user domain.UserID, after string, limit int) ([]Access, error)
	// CreateRoom makes a room with its first members. A direct one that is
	// there already is left as it is, and given. Conflict room.name_taken.
	CreateRoom(ctx context.Context, room NewRoom) (id domain.RoomID, created bool, err error)
	// Epoch changes only when the database was restored from a backup.
	Epoch(ctx context.Context) (string, error)
}

// Where says which room is meant. Exactly one field is set.
type Where struct {
	Name   string
	ID     domain.RoomID
	Direct string
}

// MemberSpan is a stretch of a room's members: those with an id above After
// whose folded name begins with Prefix, Limit at most.
type MemberSpan struct {
	After  domain.UserID
	Prefix string
	Limit  int
}

// Progress is how far a user has read, and where they are, on its way into the
// store.
type Progress struct {
	User    domain.UserID
	Markers map[domain.RoomID]domain.Seq
	Place   *Place // nil leaves it as it is
}

// Moved is what became of a Progress.
type Moved struct {
	Markers map[domain.RoomID]domain.Seq // those that moved
	Err     error                        // this user alone was refused: user.not_found
}

// Members keeps who is in which room, and what is theirs there.
type Members interface {
	// Members lists members and invited people, by id.
	Members(ctx context.Context, room domain.RoomID, span MemberSpan) ([]domain.Member, error)
	// Named gives those of the named users who have joined a room. Names are
	// folded.
	Named(ctx context.Context, room domain.RoomID, names []string) ([]domain.Author, error)
	// MoveMarkers moves markers forward, never back, and keeps places, of all
	// the users in one unit, and gives what became of each, in their order.
	// Rooms that do not exist are left out.
	MoveMarkers(ctx context.Context, users []Progress) ([]Moved, error)
	// SetDraft keeps what a user has not sent yet; the zero Sealed takes it
	// away. It says nothing of somebody who is not in the room.
	SetDraft(ctx context.Context, user domain.UserID, room domain.RoomID, draft encryption.Sealed) error
	// Configure says how a member wants to be told of a room's messages.
	Configure(ctx context.Context, user domain.UserID, room domain.RoomID, muted bool, notify domain.Notify) error
}

// Profile is what a user says of themselves.
type Profile struct {
	User     domain.Author
	Chosen   domain.State
	Status   encryption.Sealed // zero for none
	JoinedAt time.Time         // when the account was made
}

// People keeps what users say of themselves.
type People interface {
	// Profiles gives those of the named users who have an account that is not
	// disabled, in any order. Names are folded.
	Profiles(ctx context.Context, names []string) ([]Profile, error)
	// SetProfile keeps a chosen state and a status.
	SetProfile(ctx context.Context, user domain.UserID, chosen domain.State, status encryption.Sealed) error
	// Place gives where a user was last; zero if they were nowhere.
	Place(ctx context.Context, user domain.UserID) (Place, error)
}
