package economics

// Report is what a replay found.
type Report struct {
	Requests      int `json:"requests"`
	Conversations int `json:"conversations"`

	Raw  Side `json:"raw"`
	Sent Side `json:"sent"`

	Repeated int `json:"repeated_messages"` // that came in the request before, too
	Changed  int `json:"changed_messages"`  // of these, sent in another form than before; must be 0
	Broken   int `json:"broken_turns"`      // in which the raw prompt only grew and the sent one did not; must be 0

	Usage ReportedUsage `json:"reported_usage"`
	Rows  []Row         `json:"vendors"`

	Skipped []*LineError `json:"skipped_lines,omitempty"`
}

// Side is what was sent, raw or rewritten.
type Side struct {
	Tokens int     `json:"tokens"`
	Churn  float64 `json:"churn"` // share of a request's tokens that are no prefix of the next in its conversation

	followed, lost int
}

func (s *Side) finish() { s.Churn = share(s.lost, s.followed) }

// ReportedUsage is what the vendor itself said, for the requests whose usage the trace
// has.
type ReportedUsage struct {
	Requests int     `json:"requests"`
	Tokens   int     `json:"tokens"`       // of whole prompts
	Read     int     `json:"cached"`       // of these, from the cache
	Share    float64 `json:"cached_share"` // Read by Tokens
	Counted  int     `json:"counted"`      // tokens of the same requests as counted here
}

func (r *ReportedUsage) add(u *Usage, counted int) {
	r.Requests++
	r.Tokens += u.Prompt
	r.Read += u.Read
	r.Counted += counted
	r.Share = share(r.Read, r.Tokens)
}

// Row is one vendor's part.
type Row struct {
	Vendor Vendor `json:"vendor"`
	Raw    Spent  `json:"raw"`
	Sent   Spent  `json:"sent"`

	RawShare  float64 `json:"raw_cached_share"`  // tokens read from the cache by all
	SentShare float64 `json:"sent_cached_share"` // the same of what was sent

	// Costs as multiples of the raw prompts' with the cache.
	Effective    float64 `json:"effective_cost"` // of what was sent; below 1 it saves
	RawUncached  float64 `json:"raw_uncached_cost"`
	SentUncached float64 `json:"sent_uncached_cost"`

	Dearer       int `json:"dearer_requests"` // that cost more sent than raw
	BelowMinimum int `json:"below_minimum"`   // in the cache raw, and too short for it as sent

	// ReportedShare is the simulated share of the raw requests whose usage the trace has;
	// it stands beside what the vendor reported.
	ReportedShare float64 `json:"reported_cached_share"`

	reported Spent
}

func (r *Row) finish() {
	r.RawShare = share(r.Raw.Read, r.Raw.Tokens())
	r.SentShare = share(r.Sent.Read, r.Sent.Tokens())
	r.ReportedShare = share(r.reported.Read, r.reported.Tokens())
	if r.Raw.Cost > 0 {
		r.Effective = r.Sent.Cost / r.Raw.Cost
		r.RawUncached = float64(r.Raw.Tokens()) / r.Raw.Cost
		r.SentUncached = float64(r.Sent.Tokens()) / r.Raw.Cost
	}
}

func share(part, all int) float64 {
	if all == 0 {
		return 0
	}
	return float64(part) / float64(all)
}

// Worse reports whether any vendor is paid more for what was sent than for what came, or
// a form changed.
func (r *Report) Worse() bool {
	for _, row := range r.Rows {
		if row.Sent.Cost > row.Raw.Cost {
			return true
		}
	}
	return r.Changed > 0 || r.Broken > 0
}
