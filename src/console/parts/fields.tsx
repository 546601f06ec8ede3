/** A labelled input of a form that filters a list. */
export function Field({ name, label, value, ...rest }: FieldProps) {
  return (
    <label>
      {label}
      <input name={name} value={value} autocomplete="off" spellcheck={false} {...rest} />
    </label>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value?: string | undefined;
  readonly placeholder?: string;
  readonly maxlength?: number;
  readonly required?: boolean;
  readonly type?: "text" | "number";
  readonly inputmode?: "decimal" | "numeric";
  readonly pattern?: string;
  readonly title?: string;
}

export function Choice({ name, label, value, options, any }: ChoiceProps) {
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">{any}</option>
        {options.map((option) => (
          <option value={option} selected={option === value}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly string[];
  /** What choosing none is called. */
  readonly any: string;
}

/** A moment as people type it. Without a zone it is UTC, as everything the hub says. */
export function Moment({ name, label, value }: { name: string; label: string; value: string | undefined }) {
  return <Field name={name} label={`${label} (UTC)`} value={value} placeholder="2026-11-21 14:00" />;
}
