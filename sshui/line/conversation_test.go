package line

import (
	"context"
	"errors"
	"testing"

	"parley/domain/broadcast"
)

func TestTheEndOfTheContextOutweighsThatOfTheInput(t *testing.T) {
	ctx, end := context.WithCancelCause(t.Context())
	c := &conversation{}
	if err := c.outcome(ctx, &broadcast.ErrLeft); err != nil {
		t.Errorf("who leaves is told %v", err)
	}
	disabled := errors.New("disabled")
	end(disabled)
	if err := c.outcome(ctx, &broadcast.ErrLeft); !errors.Is(err, disabled) {
		t.Errorf("who is disabled is told %v", err)
	}
}
