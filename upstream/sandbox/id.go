package sandbox

import (
	"encoding/binary"
	"encoding/hex"
	"sync/atomic"
)

// Streams keep the identifiers of one purpose independent of how many another purpose has used, so that one request more
// or less never changes the identifiers of the data.
const (
	seedStream     uint64 = 0x9e3779b97f4a7c15
	stateStream    uint64 = 0xd1b54a32d192ed03
	trackingStream uint64 = 0xaef17502108ef2d9
	campaignStream uint64 = 0x8bb84b93962eacc9
	peopleStream   uint64 = 0x2d358dccaa6c78a5
)

// An idSource hands out identifiers that are the same in every run with the same seed and stream.
// It is safe for concurrent use. The identifiers are unique but not secret.
type idSource struct {
	base uint64
	used atomic.Uint64
	odd  bool // they end with characters that mean something in paths, queries, filters or JSON
}

// oddEndings are what odd identifiers end with.
var oddEndings = [...]string{
	"/x", "/../x", `\x`, "?limit=0", "#x", "%", "%2F", "%2e%2e", ";v=1", " x y", "+x&y=z", `"x"`, "') or (id pr", "ü特🔐", ".", "..", ":@$",
}

// The identifiers that are dots alone, which mean a step in a path.
const (
	dot     = "."
	dotsTwo = ".."
)

// newIDSource returns the source of identifiers for a seed and a stream.
func newIDSource(seed, stream uint64) *idSource {
	return &idSource{base: mix(seed ^ stream)}
}

// next returns a fresh identifier of 32 lower-case hex digits, the service's usual form, or an odd one.
func (s *idSource) next() string {
	n := s.used.Add(1)
	var raw [16]byte
	// The low half is a bijection of n, so that no identifier repeats within a source.
	binary.BigEndian.PutUint64(raw[:8], mix(s.base+2*n))
	binary.BigEndian.PutUint64(raw[8:], mix(n)^s.base)
	id := hex.EncodeToString(raw[:])
	if s.odd {
		id += oddEndings[n%uint64(len(oddEndings))]
	}
	return id
}

// nextDashed returns a fresh identifier in the dashed form of a UUID, which the service uses for some objects.
func (s *idSource) nextDashed() string {
	id := s.next()
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// mix is the finaliser of SplitMix64: a bijection of 64-bit words in which each input bit changes about
// half of the output bits.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
