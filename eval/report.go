package eval

// Report is the outcome of [Survival]. Equal inputs give equal reports.
type Report struct {
	Kind  string      `json:"kind"` // "gold-answer survival": an offline bound, no LLM read anything
	Unit  string      `json:"unit"` // what budgets are counted in
	Match Match       `json:"match"`
	Items int         `json:"items"` // that every figure is over
	Tasks []TaskCount `json:"tasks"`

	Rates     []float64 `json:"rates"`
	Against   string    `json:"against"` // the arm that differences are to
	Resamples int       `json:"resamples"`
	Seed      uint64    `json:"seed"`

	Cells    []Cell    `json:"cells"` // by arm, then by rate
	Outcomes []Outcome `json:"outcomes,omitempty"`

	// Notes are the caller's: where the texts are from, versions, machines.
	Notes []string `json:"notes,omitempty"`
}

// TaskCount says how many of a task's items have a gold answer in their text.
type TaskCount struct {
	Task       string `json:"task"`
	Items      int    `json:"items"`
	Answerable int    `json:"answerable"`
}

// Cell is one arm at one rate.
type Cell struct {
	Arm        string   `json:"arm"`
	Rate       float64  `json:"rate"`      // asked for
	KeptRate   float64  `json:"kept_rate"` // mean over items of what was kept
	OverBudget int      `json:"over_budget"`
	Refused    int      `json:"refused,omitempty"` // items of which nothing was kept, for want of room
	Survived   int      `json:"survived"`          // items of which all survived
	Share      Estimate `json:"share"`             // mean over items

	// Difference is this arm's share minus that of [Report.Against], over the
	// same items; nil for that arm itself.
	Difference *Estimate `json:"difference,omitempty"`
}

// Outcome is what became of one item.
type Outcome struct {
	ID       string  `json:"id"`
	Task     string  `json:"task"`
	Arm      string  `json:"arm"`
	Rate     float64 `json:"rate"`
	Limit    int     `json:"limit"`
	Kept     int     `json:"kept"`
	Survived bool    `json:"survived"`
	Share    float64 `json:"share"` // of what was to survive; 1 if Survived
}

// Cell returns the cell of arm at rate, false if there is none.
func (r *Report) Cell(arm string, rate float64) (Cell, bool) {
	for _, c := range r.Cells {
		if c.Arm == arm && c.Rate == rate {
			return c, true
		}
	}
	return Cell{}, false
}
