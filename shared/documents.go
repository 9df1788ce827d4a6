package shared

import (
	"context"
	_ "embed" // for the scripts
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed document_find.lua
var findText string

//go:embed document_keep.lua
var keepText string

var (
	findScript = redis.NewScript(findText)
	keepScript = redis.NewScript(keepText)
)

const (
	// documentTime is for how long a text is kept that is not asked for.
	documentTime = 24 * time.Hour
	// documentBytes is about what a text takes beside itself: its hash, twice, and places in a hash and in a
	// sorted set.
	documentBytes = 320
	// documentShare is how many times the bytes of one replica's texts those of all may take.
	documentShare = 4
)

// Documents keep the texts of persisted queries for all replicas, as document.SharedTexts: those that were
// asked for last. They are in one hash, and when they were asked for in a sorted set, so that one script sees
// both on one node of a cluster, and what a text takes is known when it is dropped.
type Documents struct {
	engine   *Engine
	maxBytes int64 // of a text
	keys     []string
}

// NewDocuments returns the texts that an engine keeps, which take at most four times as many bytes as one
// replica's (persistedBytes).
func NewDocuments(e *Engine, persistedBytes int64) *Documents {
	return &Documents{e, persistedBytes, []string{e.key("{documents}", "texts"), e.key("{documents}")}}
}

// Find returns the text under a hash, and whether there is one.
func (d *Documents) Find(ctx context.Context, hash string) (text string, found bool, err error) {
	result, err := d.engine.run(ctx, findScript, d.keys, hash, d.maxBytes, documentTime.Milliseconds())
	if errors.Is(err, redis.Nil) {
		return "", false, nil
	}
	text, found = result.(string)
	return text, found, err
}

// Keep keeps a text under its hash, unless it is too long for any replica.
func (d *Documents) Keep(ctx context.Context, hash, text string) error {
	if int64(len(text)) > d.maxBytes {
		return nil
	}
	_, err := d.engine.run(ctx, keepScript, d.keys, hash, text, documentShare*d.maxBytes, documentBytes, documentTime.Milliseconds())
	return err
}
