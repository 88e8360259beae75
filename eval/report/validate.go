package report

import "fmt"

// validate reports the first thing that the rest of the package could not make sense
// of. Names are quoted; texts never are.
func (r *Report) validate() error {
	tasks := map[string]bool{"": true}
	for _, t := range r.Tasks {
		if tasks[t.Name] {
			return fmt.Errorf("task %q is empty or there twice", t.Name)
		}
		tasks[t.Name] = true
	}
	measures := map[string]bool{"": true}
	for _, m := range r.Measures {
		if measures[m.Name] {
			return fmt.Errorf("measure %q is empty or there twice", m.Name)
		}
		if m.Kind != Offline && m.Kind != OfReader {
			return fmt.Errorf("kind of measure %q must be %s or %s; got %q", m.Name, Offline, OfReader, m.Kind)
		}
		measures[m.Name] = true
	}
	arms := map[string]bool{"": true}
	for _, a := range r.Arms {
		if arms[a.Name] {
			return fmt.Errorf("arm %q is empty or there twice", a.Name)
		}
		arms[a.Name] = true
	}
	delete(arms, "")
	for _, rate := range r.Rates {
		if !(rate > 0 && rate <= 1) {
			return fmt.Errorf("rates must be in (0, 1]; got %v", rate)
		}
	}
	seen := map[cellKey]bool{}
	for i, c := range r.Cells {
		k := cellKey{c.Arm, c.Rate, c.Task}
		if !arms[c.Arm] || !tasks[c.Task] || seen[k] {
			return fmt.Errorf("cell %d (arm %q, task %q) has an unknown arm or task, or is there twice", i, c.Arm, c.Task)
		}
		seen[k] = true
	}
	if err := r.validateGrids(arms, measures); err != nil {
		return err
	}
	for i, o := range r.Outcomes {
		if !arms[o.Arm] || !tasks[o.Task] {
			return fmt.Errorf("outcome %d (arm %q, task %q) has an unknown arm or task", i, o.Arm, o.Task)
		}
	}
	for i, e := range r.Examples {
		if err := e.validate(); err != nil {
			return fmt.Errorf("example %d: %w", i, err)
		}
	}
	return nil
}

func spansFit(spans [][2]int, n int) bool {
	at := 0
	for _, s := range spans {
		if s[0] < at || s[1] < s[0] || s[1] > n {
			return false
		}
		at = s[1]
	}
	return true
}
