package sandbox

import (
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	"time"
)

// accountOf returns the account of an identity at a source, through which the identity holds an entitlement. It is
// computed from the two alone, so that it is the same wherever it is shown and takes no memory. A machine account has an
// owner.
func accountOf(person *identity, at *source, machine bool) *wireAccount {
	digest := fnv.New64a()
	_, _ = digest.Write([]byte(person.id))
	seed := mix(digest.Sum64() ^ at.number)
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], seed)
	binary.BigEndian.PutUint64(raw[8:], mix(seed))
	id := hex.EncodeToString(raw[:])
	account := &wireAccount{
		NativeIdentity: at.nativeIdentity(person),
		Disabled:       seed%23 == 0,
		Locked:         seed%31 == 0,
		Type:           "ACCOUNT",
		ID:             &id,
		Name:           &person.login,
	}
	if seed%7 == 0 {
		account.Name = nil
	}
	if !person.created.IsZero() {
		created := person.created.Add(time.Duration(seed%500) * time.Hour)
		account.Created = new(stamp(created))
		if seed%3 != 0 {
			account.Modified = new(stamp(created.Add(time.Duration(seed%4000) * time.Minute)))
		}
	}
	switch seed % 4 {
	case 0: // no insights
	case 1:
		account.ActivityInsights = &wireActivityInsights{AccountID: id, UsageDaysState: "UNKNOWN"}
	default:
		account.ActivityInsights = &wireActivityInsights{AccountID: id, UsageDays: int(seed>>8) % 91, UsageDaysState: "COMPLETE"}
	}
	if seed%5 == 0 {
		account.Description = new("Account of " + person.name + " at " + at.name)
	}
	if machine {
		account.Type = "MACHINE_IDENTITY"
		account.Owner = &wireAccountOwner{ID: &person.id, Type: "IDENTITY", DisplayName: &person.name}
		account.GovernanceGroupID = at.stewards
	}
	return account
}

// nativeIdentity returns how the source itself names the account.
func (s *source) nativeIdentity(person *identity) string {
	switch s.attribute {
	case "memberOf":
		return "CN=" + person.name + ",OU=" + person.department + ",DC=example,DC=com"
	case "Groups":
		return person.login + "@workspace.example.com"
	}
	return person.login
}
