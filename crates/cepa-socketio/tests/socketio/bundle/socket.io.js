"the client";
