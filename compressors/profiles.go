package compressors

import (
	"context"

	"github.com/pith-proxy/pith"
)

// Profiles is a method with a second implementation for the compat profile. It
// describes itself as the first does.
type Profiles struct {
	Method
	Compat interface {
		Compress(ctx context.Context, req pith.Request) (pith.Result, error)
	}
}

// Compress hands req to the implementation of its profile.
func (p Profiles) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	if req.Profile == pith.ProfileCompat {
		return p.Compat.Compress(ctx, req)
	}
	return p.Method.Compress(ctx, req)
}
