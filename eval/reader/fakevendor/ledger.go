package fakevendor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Ledger is what a vendor has done.
type Ledger struct {
	Totals   Totals    `json:"totals"`
	Accounts []Account `json:"accounts"` // by Digest
}

// Totals are sums over all requests.
type Totals struct {
	Received  int `json:"received"`
	Delivered int `json:"delivered"`
	Charged   int `json:"charged"`
	Replayed  int `json:"replayed"` // answered again for a key, not charged

	PromptTokens     int `json:"prompt_tokens"` // charged for
	CompletionTokens int `json:"completion_tokens"`
}

// Account is the requests with one body.
type Account struct {
	Digest    string `json:"digest"` // SHA-256 of the body, hexadecimal
	Key       string `json:"key"`    // Idempotency-Key of the first
	Received  int    `json:"received"`
	Delivered int    `json:"delivered"`
	Charged   int    `json:"charged"`
}

// Ledger returns the books as they stand.
func (v *Vendor) Ledger() Ledger {
	v.mu.Lock()
	defer v.mu.Unlock()
	l := Ledger{Totals: v.total, Accounts: make([]Account, 0, len(v.books))}
	for _, a := range v.books {
		l.Accounts = append(l.Accounts, *a)
	}
	slices.SortFunc(l.Accounts, func(a, b Account) int { return strings.Compare(a.Digest, b.Digest) })
	return l
}

// ReadLedger reads the books of the vendor at a server's URL, from any process.
func ReadLedger(ctx context.Context, server string) (Ledger, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(server, "/")+"/ledger", nil)
	if err != nil {
		return Ledger{}, fmt.Errorf("read ledger: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return Ledger{}, fmt.Errorf("read ledger: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return Ledger{}, fmt.Errorf("read ledger: status %s", res.Status)
	}
	var l Ledger
	if err := json.NewDecoder(res.Body).Decode(&l); err != nil {
		return Ledger{}, fmt.Errorf("read ledger: %w", err)
	}
	return l, nil
}

// receive enters a request and numbers it. It is false if its key came before with another
// body.
func (v *Vendor) receive(q *Request) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	a := v.books[q.Digest]
	if a == nil {
		a = &Account{Digest: q.Digest, Key: q.Key}
		v.books[q.Digest] = a
	}
	a.Received++
	v.total.Received++
	q.N, q.Nth = v.total.Received, a.Received
	v.requests = append(v.requests, *q)
	if _, known := v.bodies[q.Key]; !known {
		v.bodies[q.Key] = q.Digest
	}
	return q.Key == "" || v.bodies[q.Key] == q.Digest
}

// charge returns the answer to a request, which is charged unless its key was before; or
// a status other than 0 if the key cannot be used.
func (v *Vendor) charge(q Request) (reply, int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	keyed := v.o.Idempotent && q.Key != ""
	old, known := v.answers[q.Key]
	switch {
	case keyed && v.busy[q.Key]:
		return reply{}, http.StatusConflict
	case keyed && known && old.digest != q.Digest:
		return reply{}, http.StatusBadRequest
	case keyed && known:
		v.busy[q.Key] = true
		v.total.Replayed++
		return old.reply, 0
	}
	answer := v.answer(q)
	if keyed {
		v.busy[q.Key] = true
		v.answers[q.Key] = saved{q.Digest, answer}
	}
	v.books[q.Digest].Charged++
	v.total.Charged++
	v.total.PromptTokens += answer.Usage.PromptTokens
	v.total.CompletionTokens += answer.Usage.CompletionTokens
	return answer, 0
}

func (v *Vendor) release(q Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.busy, q.Key)
}

func (v *Vendor) delivered(q Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.books[q.Digest].Delivered++
	v.total.Delivered++
}
