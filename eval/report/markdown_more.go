package report

import "slices"

func (x *index) mdTasks(m *markdown) {
	if len(x.Tasks) == 0 {
		return
	}
	m.para("## Task by task")
	var rows [][]string
	for _, t := range x.Tasks {
		metric := t.Metric
		if metric == "" {
			metric = missing
		}
		rows = append(rows, []string{md(x.taskTitle(t.Name)), md(t.Set), md(t.Kind), md(t.Language), md(metric), count(t.Items), count(t.Tokens)})
	}
	m.table(5, []string{"task", "set", "kind", "language", "metric", "items", "tokens"}, rows)
	rate, ok := x.middle()
	if !ok {
		return
	}
	m.para("Means at " + asked(rate) + "; the other rates, intervals and baselines are in report.html.")
	for _, me := range x.Measures {
		arms := slices.DeleteFunc(x.mainArms(), func(a Arm) bool { return !x.hasTask(a, rate, me.Name) })
		head := []string{"task"}
		for _, a := range arms {
			head = append(head, md(a.Name))
		}
		var rows [][]string
		for _, t := range x.Tasks {
			row, any := []string{md(x.taskTitle(t.Name))}, false
			for _, a := range arms {
				s := missing
				if v, ok := x.value(a, rate, t.Name, me.Name); ok {
					s, any = num(v.Mean), true
				}
				row = append(row, s)
			}
			if any {
				rows = append(rows, row)
			}
		}
		if len(rows) > 0 {
			m.para("**" + md(me.Name) + "** " + mdBadge(me.Kind))
			m.table(1, head, rows)
		}
	}
}

// hasTask reports whether an arm has a value of any task.
func (x *index) hasTask(a Arm, rate float64, measure string) bool {
	return slices.ContainsFunc(x.Tasks, func(t Task) bool {
		_, ok := x.value(a, rate, t.Name, measure)
		return ok
	})
}

func (x *index) mdKept(m *markdown) {
	head := []string{"arm"}
	for _, r := range x.Rates {
		head = append(head, asked(r))
	}
	var rows [][]string
	for _, k := range x.keptRows() {
		row := []string{withNote(mdArm(k.Arm), md(k.Note))}
		for _, c := range k.Cells {
			row = append(row, withNote(c.Kept, c.Note))
		}
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		m.para("## Kept rate: achieved against asked")
		m.table(1, head, rows)
	}
}

func (x *index) mdLatency(m *markdown) {
	if len(x.Lengths) == 0 {
		return
	}
	m.para("## Latency against length")
	m.para("Time to shorten one text on the machine of this run. A timing: it differs from run to run.")
	var rows [][]string
	for _, l := range x.Lengths {
		rows = append(rows, []string{md(l.Arm), count(l.Tokens), count(l.Items), millis(l.P50), millis(l.P95)})
	}
	m.table(1, []string{"arm", "tokens, about", "items", "median", "95th percentile"}, rows)
}

func (x *index) mdHurts(m *markdown) {
	m.para("## Where it hurts")
	m.para(md(x.hurtsLead()))
	for _, p := range x.pains() {
		m.para("**" + mdArm(p.arm) + "**: " + plural(p.count, "mean") + " lower")
		m.sentences(p.all)
		if len(p.tasks) > 0 {
			m.para("<details><summary>by task</summary>")
			m.sentences(p.tasks)
			m.para("</details>")
		}
	}
}

func (m *markdown) sentences(lines []painLine) {
	for _, l := range lines {
		m.WriteString("- " + md(l.sentence()) + " " + mdBadge(l.Kind) + "\n")
	}
	if len(lines) > 0 {
		m.WriteString("\n")
	}
}

func (x *index) mdMethod(m *markdown) {
	m.para("## Method, and how to repeat it")
	for _, n := range slices.Concat(x.method(), x.Notes) {
		m.WriteString("- " + md(n) + "\n")
	}
	m.WriteString("\n")
	var rows [][]string
	for _, a := range x.Arms {
		rows = append(rows, []string{mdArm(a), md(a.About)})
	}
	m.table(2, []string{"arm", "what it does"}, rows)
}
