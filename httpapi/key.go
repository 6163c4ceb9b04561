package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/domain/auth"
	"parley/domain/wire"
)

type keyOutput struct{ Body wire.Key }

type keys struct {
	Keys []wire.Key `json:"keys" nullable:"false" doc:"Oldest first"`
}

type keysOutput struct{ Body keys }

// newKey is a key to be added.
type newKey struct {
	Key   string `json:"key" maxLength:"16384" doc:"One line of a public key file, without options" example:"ssh-ed25519 AAAA... alice@laptop"`
	Label string `json:"label,omitempty" maxLength:"100" doc:"The line's comment if not given"`
}

type newKeyInput struct{ Body newKey }

type keyInput struct {
	ID int64 `path:"id" minimum:"1" maximum:"9007199254740991"`
}

// keyCalls keep the keys that open the SSH door for a person.
func (s *Server) keyCalls(api huma.API) {
	protected(s, api, huma.Operation{
		OperationID: "keys", Method: http.MethodGet, Path: "/api/v1/me/keys", Tags: []string{tagAccount},
		Summary: "My SSH keys",
	}, func(ctx context.Context, actor auth.Actor, _ *noInput) (*keysOutput, error) {
		list, err := s.auth.Keys(ctx, actor)
		if err != nil {
			return nil, err
		}
		output := &keysOutput{keys{Keys: make([]wire.Key, len(list))}}
		for i, one := range list {
			output.Body.Keys[i] = one.Wire()
		}
		return output, nil
	})
	protected(s, api, huma.Operation{
		OperationID: "add-key", Method: http.MethodPost, Path: "/api/v1/me/keys", Tags: []string{tagAccount},
		Summary: "Let the owner of a key in as me", DefaultStatus: http.StatusCreated,
		Description: "Taken are ssh-ed25519, sk-ssh-ed25519@openssh.com and RSA of 3072 bits or more. A key opens one account.",
		Errors:      []int{http.StatusConflict, http.StatusUnprocessableEntity},
	}, func(ctx context.Context, actor auth.Actor, in *newKeyInput) (*keyOutput, error) {
		added, err := s.auth.AddKey(ctx, actor, in.Body.Key, in.Body.Label)
		if err != nil {
			return nil, err
		}
		return &keyOutput{added.Wire()}, nil
	})
	protected(s, api, huma.Operation{
		OperationID: "remove-key", Method: http.MethodDelete, Path: "/api/v1/me/keys/{id}", Tags: []string{tagAccount},
		Summary: "Remove one of my keys", DefaultStatus: http.StatusNoContent,
		Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, func(ctx context.Context, actor auth.Actor, in *keyInput) (*noOutput, error) {
		return nil, s.auth.RemoveKey(ctx, actor, auth.KeyID(in.ID))
	})
}
