package wire

// Session is one of a person's log-ins.
type Session struct {
	ID        int64  `json:"id"`
	Door      string `json:"door" enum:"ssh,http,console"`
	Device    string `json:"device" doc:"What the client said of itself"`
	Address   string `json:"address" doc:"The IP address that the log-in came from"`
	CreatedAt string `json:"created_at" format:"date-time"`
	LastUsed  string `json:"last_used" format:"date-time" doc:"To about a minute"`
	Current   bool   `json:"current" doc:"Whether this call was made with it"`
	EndedAt   string `json:"ended_at,omitempty" format:"date-time" doc:"Not there while it lasts"`
	Reason    string `json:"reason,omitempty" doc:"Why it was ended, stable: auth.refresh_reused means that its refresh token was used twice, so somebody else may have it"`
}

// Key is one of a person's SSH keys.
type Key struct {
	ID          int64  `json:"id"`
	Type        string `json:"type" example:"ssh-ed25519"`
	Fingerprint string `json:"fingerprint" example:"SHA256:..."`
	Label       string `json:"label"`
	CreatedAt   string `json:"created_at" format:"date-time"`
	LastUsed    string `json:"last_used,omitempty" format:"date-time" doc:"Not there before the first use"`
}
