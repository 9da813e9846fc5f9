// Index of a workgroup in a one-dimensional grid that WorkgroupCount.Linear folded into rows of 32768.
uint linear_workgroup() {
    return gl_WorkGroupID.y * 32768u + gl_WorkGroupID.x;
}
