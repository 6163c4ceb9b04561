// Package auth answers one question: who is this? It registers people, logs
// them in, issues and checks access tokens, and is the only place where an
// Actor is made. What an Actor may do is the business of package chat.
package auth
