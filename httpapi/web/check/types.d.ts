// The shapes of the public API, as the page reads them.

interface User { id: number; username: string; state?: State; status?: string; created_at?: string; joined_at?: string }
type State = "online" | "away" | "dnd" | "offline";
type Role = "" | "invited" | "member" | "moderator" | "owner";
type Notify = "all" | "mentions" | "none";

interface RoomInfo {
  room_id: number; room?: string; title: string; kind: "public" | "private" | "direct"; topic?: string;
  archived?: boolean; created_at?: string; head: number; first: number; role?: Role; members: number; usernames?: string[];
  read: number; unread: number; mentions: number; muted?: boolean; notify?: Notify; draft?: string;
}
interface Member { username: string; user_id: number; role: Role; joined_at?: string }
interface Person { username: string; state: State; status?: string }

type NodeKind = "text" | "break" | "emphasis" | "strong" | "strike" | "code" | "link" | "mention" | "room"
  | "code_block" | "paragraph" | "quote" | "list" | "item";
interface MarkupNode {
  kind: NodeKind; text?: string; href?: string; info?: string; ordered?: boolean; start?: number; nodes?: MarkupNode[];
}

interface Reaction { emoji: string; count: number; usernames: string[]; mine: boolean }
interface Quote { username: string; text: string; deleted?: boolean }
interface Message {
  room_id: number; room?: string; seq: number; author: { id: number; username: string }; content: string;
  created_at: string; edited_at?: string; deleted?: boolean; pinned?: boolean; reply_to?: number; quote?: Quote;
  mentions?: string[]; reactions?: Reaction[]; nodes?: MarkupNode[];
}

/** Something of a room's history that is no message: who came and went, a new topic, a pin. */
interface Notice {
  type: "member" | "room" | "pin"; room_id: number; seq: number; change?: string; username: string; by?: string;
  role?: Role; topic?: string; room?: string; target?: number; added?: boolean; at: string;
}
interface Page {
  messages: Message[]; notices?: Notice[]; has_before: boolean; has_after: boolean; head: number; first: number;
}

/** A line of the WebSocket. Which fields it has follows from its type. */
interface Line {
  type: string; room_id: number; room?: string; seq: number; after: number; head: number; first: number; read: number;
  author: { id: number; username: string }; content: string; nonce?: string; nodes?: MarkupNode[]; mentions?: string[];
  created_at: string; edited_at: string; target: number; username: string; emoji: string; added: boolean;
  change: string; by?: string; role?: Role; topic?: string; kind?: RoomInfo["kind"]; muted?: boolean; notify?: Notify;
  users: Person[]; at: string; code: string; message: string; reconnect: boolean; retry_after?: number;
  user: { id: number; username: string }; epoch: string; heartbeat: number; reply_to?: number; quote?: Quote;
}

interface Pending {
  nonce: string; room: number; content: string; reply_to?: number; quote?: Quote; at: number;
  state: "waiting" | "failed"; why?: string; seq?: number;
}

interface Session {
  id: number; door: string; device: string; address: string; created_at: string; last_used: string; current: boolean;
  ended_at?: string; reason?: string;
}
interface SSHKey { id: number; type: string; fingerprint: string; label: string; created_at: string; last_used?: string }
interface About { version: string; ssh?: { host?: string; port: number; fingerprint: string } }

/** What the help says: keys, and of each command what it takes and does. */
interface Words { keys: [string, string][]; commands: Record<string, [string, string]> }

interface Navigator { setAppBadge?(count?: number): Promise<void>; clearAppBadge?(): Promise<void> }
interface Window {
  parleyEarly?: Promise<Response | null>;
  trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string } };
}
