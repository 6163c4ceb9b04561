package chat_test

import "parley/domain"

// permissions says what becomes of every call in a room, by the kind of room
// and by who calls. Olga owns the room, mia moderates it, max is a member, ivy
// is invited, sam is a stranger and ada an admin who is not in it. Hers is a
// message of olga's, his one of max's.
//
// ok is success; gone is the answer to a room that does not exist; join asks to
// join first, role to have a higher role; the others are in refusals.
const permissions = `
public          nobody stranger invited member moderator owner  admin
Room            gone   ok       ok      ok     ok        ok     ok
Messages        gone   ok       ok      ok     ok        ok     ok
Message         gone   ok       ok      ok     ok        ok     ok
Pinned          gone   ok       ok      ok     ok        ok     ok
Members         gone   ok       ok      ok     ok        ok     ok
Here            gone   ok       ok      ok     ok        ok     ok
Live.Follow     gone   ok       ok      ok     ok        ok     ok
Live.Unfollow   gone   ok       ok      ok     ok        ok     ok
MarkRead        gone   ok       ok      ok     ok        ok     ok
NoteRead        gone   ok       ok      ok     ok        ok     ok
Versions/hers   gone   join     join    role   ok        ok     ok
Versions/his    gone   join     join    ok     ok        ok     ok
Send            gone   join     join    ok     ok        ok     join
Submit          gone   join     join    ok     ok        ok     join
Typing          gone   join     join    ok     ok        ok     join
React           gone   join     join    ok     ok        ok     join
SetDraft        gone   join     join    ok     ok        ok     join
Configure       gone   join     join    ok     ok        ok     join
Edit/hers       gone   join     join    yours  yours     ok     join
Delete/hers     gone   join     join    role   ok        ok     ok
Delete/his      gone   join     join    ok     ok        ok     ok
Pin             gone   join     join    role   ok        ok     ok
ChangeRoom/topic gone  join     join    role   ok        ok     ok
ChangeRoom/name gone   join     join    role   role      ok     ok
ChangeRoom/archive gone join    join    role   role      ok     ok
DeleteRoom      gone   join     join    role   role      ok     ok
Join            gone   ok       ok      ok     ok        ok     ok
Leave           gone   ok       ok      ok     ok        last   ok
Invite          gone   join     join    ok     ok        ok     join
Remove/max      gone   join     join    role   ok        ok     ok
Remove/mia      gone   join     join    role   role      ok     ok
SetRole         gone   join     join    role   role      ok     ok

private         nobody stranger invited member moderator owner  admin
Room            gone   gone     ok      ok     ok        ok     gone
Messages        gone   gone     join    ok     ok        ok     gone
Message         gone   gone     join    ok     ok        ok     gone
Pinned          gone   gone     join    ok     ok        ok     gone
Members         gone   gone     join    ok     ok        ok     gone
Here            gone   gone     join    ok     ok        ok     gone
Live.Follow     gone   gone     join    ok     ok        ok     gone
Live.Unfollow   gone   gone     join    ok     ok        ok     gone
MarkRead        gone   gone     join    ok     ok        ok     gone
NoteRead        gone   gone     join    ok     ok        ok     gone
Versions/hers   gone   gone     join    role   ok        ok     gone
Versions/his    gone   gone     join    ok     ok        ok     gone
Send            gone   gone     join    ok     ok        ok     gone
Submit          gone   gone     join    ok     ok        ok     gone
Typing          gone   gone     join    ok     ok        ok     gone
React           gone   gone     join    ok     ok        ok     gone
SetDraft        gone   gone     join    ok     ok        ok     gone
Configure       gone   gone     join    ok     ok        ok     gone
Edit/hers       gone   gone     join    yours  yours     ok     gone
Delete/hers     gone   gone     join    role   ok        ok     gone
Delete/his      gone   gone     join    ok     ok        ok     gone
Pin             gone   gone     join    role   ok        ok     gone
ChangeRoom/topic gone  gone     join    role   ok        ok     gone
ChangeRoom/name gone   gone     join    role   role      ok     gone
ChangeRoom/archive gone gone    join    role   role      ok     gone
DeleteRoom      gone   gone     join    role   role      ok     gone
Join            gone   gone     ok      ok     ok        ok     gone
Leave           gone   gone     ok      ok     ok        last   gone
Invite          gone   gone     join    role   ok        ok     gone
Remove/max      gone   gone     join    role   ok        ok     gone
Remove/mia      gone   gone     join    role   role      ok     gone
SetRole         gone   gone     join    role   role      ok     gone

direct          nobody stranger member  admin
Room            gone   gone     ok      gone
Messages        gone   gone     ok      gone
Message         gone   gone     ok      gone
Pinned          gone   gone     ok      gone
Members         gone   gone     ok      gone
Here            gone   gone     ok      gone
Live.Follow     gone   gone     ok      gone
Live.Unfollow   gone   gone     ok      gone
MarkRead        gone   gone     ok      gone
NoteRead        gone   gone     ok      gone
Versions/hers   gone   gone     direct  gone
Versions/his    gone   gone     ok      gone
Send            gone   gone     ok      gone
Submit          gone   gone     ok      gone
Typing          gone   gone     ok      gone
React           gone   gone     ok      gone
SetDraft        gone   gone     ok      gone
Configure       gone   gone     ok      gone
Edit/hers       gone   gone     yours   gone
Delete/hers     gone   gone     yours   gone
Delete/his      gone   gone     ok      gone
Pin             gone   gone     ok      gone
ChangeRoom/topic gone  gone     direct  gone
ChangeRoom/name gone   gone     direct  gone
ChangeRoom/archive gone gone    direct  gone
DeleteRoom      gone   gone     direct  gone
Join            gone   gone     direct  gone
Leave           gone   gone     direct  gone
Invite          gone   gone     direct  gone
Remove/max      gone   gone     direct  gone
Remove/mia      gone   gone     direct  gone
SetRole         gone   gone     direct  gone

lobby           nobody member moderator admin
Room            gone   ok     ok        ok
Messages        gone   ok     ok        ok
Message         gone   ok     ok        ok
Pinned          gone   ok     ok        ok
Members         gone   ok     ok        ok
Here            gone   ok     ok        ok
Live.Follow     gone   ok     ok        ok
Live.Unfollow   gone   ok     ok        ok
MarkRead        gone   ok     ok        ok
NoteRead        gone   ok     ok        ok
Versions/hers   gone   role   ok        ok
Versions/his    gone   ok     ok        ok
Send            gone   ok     ok        ok
Submit          gone   ok     ok        ok
Typing          gone   ok     ok        ok
React           gone   ok     ok        ok
SetDraft        gone   ok     ok        ok
Configure       gone   ok     ok        ok
Edit/hers       gone   yours  yours     yours
Delete/hers     gone   role   ok        ok
Delete/his      gone   ok     ok        ok
Pin             gone   role   ok        ok
ChangeRoom/topic gone  role   ok        ok
ChangeRoom/name gone   role   role      lobby
ChangeRoom/archive gone role  role      lobby
DeleteRoom      gone   role   role      lobby
Join            gone   ok     ok        ok
Leave           gone   lobby  lobby     lobby
Invite          gone   ok     ok        ok
Remove/max      gone   role   lobby     lobby
Remove/mia      gone   role   lobby     lobby
SetRole         gone   role   role      ok

archived        nobody stranger invited member moderator owner  admin
Room            gone   ok       ok      ok     ok        ok     ok
Messages        gone   ok       ok      ok     ok        ok     ok
Message         gone   ok       ok      ok     ok        ok     ok
Pinned          gone   ok       ok      ok     ok        ok     ok
Members         gone   ok       ok      ok     ok        ok     ok
Here            gone   ok       ok      ok     ok        ok     ok
Live.Follow     gone   ok       ok      ok     ok        ok     ok
Live.Unfollow   gone   ok       ok      ok     ok        ok     ok
MarkRead        gone   ok       ok      ok     ok        ok     ok
NoteRead        gone   ok       ok      ok     ok        ok     ok
Versions/hers   gone   join     join    role   ok        ok     ok
Versions/his    gone   join     join    ok     ok        ok     ok
Send            gone   join     join    shut   shut      shut   join
Submit          gone   join     join    shut   shut      shut   join
Typing          gone   join     join    ok     ok        ok     join
React           gone   join     join    shut   shut      shut   join
SetDraft        gone   join     join    ok     ok        ok     join
Configure       gone   join     join    ok     ok        ok     join
Edit/hers       gone   join     join    yours  yours     shut   join
Delete/hers     gone   join     join    role   shut      shut   shut
Delete/his      gone   join     join    shut   shut      shut   shut
Pin             gone   join     join    role   shut      shut   shut
ChangeRoom/topic gone  join     join    role   shut      shut   shut
ChangeRoom/name gone   join     join    role   role      shut   shut
ChangeRoom/archive gone join    join    role   role      ok     ok
DeleteRoom      gone   join     join    role   role      ok     ok
Join            gone   shut     shut    shut   shut      shut   shut
Leave           gone   ok       ok      ok     ok        last   ok
Invite          gone   join     join    shut   shut      shut   join
Remove/max      gone   join     join    role   ok        ok     ok
Remove/mia      gone   join     join    role   role      ok     ok
SetRole         gone   join     join    role   role      shut   shut

deleted         nobody stranger invited member moderator owner  admin
*               gone   gone     gone    gone   gone      gone   gone
`

var refusals = map[string]*domain.Error{
	"ok":     nil,
	"gone":   domain.ErrRoomNotFound(),
	"join":   {Kind: domain.Forbidden, Code: "room.not_member"},
	"role":   {Kind: domain.Forbidden, Code: "room.forbidden"},
	"yours":  {Kind: domain.Forbidden, Code: "message.not_yours"},
	"last":   {Kind: domain.Conflict, Code: "room.last_owner"},
	"lobby":  {Kind: domain.Conflict, Code: "room.lobby"},
	"direct": {Kind: domain.Conflict, Code: "room.direct"},
	"shut":   {Kind: domain.Conflict, Code: "room.archived"},
}
