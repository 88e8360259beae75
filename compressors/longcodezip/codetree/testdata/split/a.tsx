import React from "react";

type Props = { name: string; size?: number };

export const Hello: React.FC<Props> = ({ name, size }) => {
  const [n, setN] = React.useState(size ?? 0);
  React.useEffect(() => {
    setN(n + 1);
  }, [name]);
  return (
    <div className="hello">
      <span>{name}</span>
      {n > 1 ? <b>{n}</b> : null}
    </div>
  );
};

export default class Panel extends React.Component<Props> {
  state = { open: false };

  render() {
    const { name } = this.props;
    return <Hello name={name} />;
  }
}
